// What ipywidgets leaves out for a keyboard and a screen reader, in the box of widgets that this widget stands in.
// Its part in the kernel is access.py; it is plain JavaScript, and the page loads nothing else for it.

// Milliseconds without a change until the words are said, once for a drag and not at every move, and the picture is sharp.
const REST = 500;

// A screen reader hears a region that stays in the page and changes. One that comes new with every move it may read
// forty times a second, or never.
const region = document.createElement('div');
region.className = 'lesson-heard';
region.setAttribute('role', 'status');
region.style.cssText = 'position: fixed; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%)';

function say(words) {
    region.textContent = '';  // the same words again are news again
    setTimeout(() => region.textContent = words, 50);
}

const words_of = element => element.innerText.replace(/\s+/g, ' ').trim();

function set(element, name, value) {
    if (element && element.getAttribute(name) !== value) element.setAttribute(name, value);
}

// A slider's handle is told what it moves, and the number that the page shows: of a power of ten it knows the exponent,
// of a list of stops the place.
function name_sliders(box) {
    for (const slider of box.querySelectorAll('.widget-slider')) {
        const label = slider.querySelector('.widget-label').textContent;
        const handle = slider.querySelector('[role=slider]'), readout = slider.querySelector('.widget-readout');
        set(handle, 'aria-label', label);
        set(handle, 'aria-valuetext', readout.textContent);
        set(readout, 'role', 'textbox');
        set(readout, 'aria-label', `${label}, as a number`);
        if (slider.matches('.stops')) {  // what is typed there would be ignored
            set(readout, 'aria-readonly', 'true');
            set(readout, 'tabindex', '-1');
        }
    }
}

// What has changed is said from the region alone, and only to somebody who is in the box.
function at_every_change(box) {
    name_sliders(box);
    for (const status of box.querySelectorAll('[role=status]')) status.removeAttribute('role');
}

function at_rest(box, model) {
    const explorer = box.querySelector('[data-box]')?.dataset.box;
    if (explorer) model.send({rest: explorer});
    const sentence = box.querySelector('.explorer-sentence');
    if (sentence) set(box.querySelector('.widget-image'), 'alt', words_of(sentence));
    const words = box.querySelector(':scope > .spoken');
    if (words && box.contains(document.activeElement)) say(words_of(words));
}

// Notebook 7 takes the arrow keys before a slider gets them, unless it meets this attribute.
function keep_arrows(event) {
    const handle = event.target.closest?.('.mended [role=slider]');
    handle?.toggleAttribute('data-lm-suppress-shortcuts', event.key.startsWith('Arrow'));
}

// Whoever moves a slider, or a point of a picture, by mouse, pen or finger goes on with the arrow keys; JupyterLab hands
// them to the cell instead. The handle gets the focus at the press, and the default of the press, which comes next and
// would move the focus, is prevented. So nothing waits for the release: browsers do not agree what follows it, and when.
const give_focus = handle => handle?.focus({preventScroll: true});

const slider_at = ({target}) => !target.matches('.widget-readout') && target.closest('.widget-slider');

function take_slider(event) {
    const slider = slider_at(event);
    if (slider && !event.button) give_focus(slider.querySelector('[role=slider]'));
}

// With a press whose default is prevented JupyterLab does nothing, either.
function keep_focus(event) {
    if (!event.button && (held || slider_at(event))) event.preventDefault();
}

// A slider listens for a blur of its number, which never reaches it: a blur does not bubble.
function take_number(event) {
    if (event.target.matches('.widget-readout')) event.target.dispatchEvent(new FocusEvent('blur', {bubbles: true}));
}

// What is typed behind a click or Tab takes the place of a slider's number. The press sets the caret after the focus, and
// in WebKit so does the release, unless its default is prevented.
let entered;
function select_number(event) {
    const {type, target} = event;
    if (!target.matches('.widget-readout') || type == 'mouseup' && target != entered) return;
    getSelection().selectAllChildren(target);
    event.preventDefault();
    entered = type == 'mouseup' ? null : target;
}

// Points in a picture that sliders move can be dragged. Here the sliders' values are set, and the kernel hears what it
// always hears. Where the points are, and where each of them is at every stop of its sliders, in shares of the picture,
// says Explorer._grips in explorers/base.py.
const NEAR = 12, NEAR_A_FINGER = 22;  // pixels of the page
let manager, held;

const is_picture = element => element.matches('.explorer .widget-image');

function share_of(picture, {clientX, clientY}) {
    const frame = picture.getBoundingClientRect();
    let zoom = 1;  // WebKit counts the pixels of what is zoomed, but not those of the pointer
    for (let part = picture; part && !picture.currentCSSZoom; part = part.parentElement)
        zoom *= getComputedStyle(part).zoom || 1;
    return [(clientX / zoom - frame.left) / frame.width, (clientY / zoom - frame.top) / frame.height];
}

// The point that is nearest to a pointer, if it is near.
function grip_at(box, picture, pointer, near) {
    const [x, y] = share_of(picture, pointer), {width, height} = picture.getBoundingClientRect();
    const away = ({frame: [left, top, right, bottom]}) => Math.hypot(
        width * Math.max(left - x, 0, x - right), height * Math.max(top - y, 0, y - bottom));
    const grips = JSON.parse(box.querySelector('[data-grips]')?.dataset.grips ?? '[]');
    return grips.filter(grip => away(grip) <= near).sort((one, other) => away(one) - away(other))[0];
}

// A finger on a point drags it; elsewhere in the picture it scrolls the page.
function keep_finger(event) {
    if (is_picture(event.target) && grip_at(event.currentTarget, event.target, event.touches[0], NEAR_A_FINGER))
        event.preventDefault();
}

function take_point(event) {
    const box = event.currentTarget, picture = event.target;
    if (held || event.button || !is_picture(picture)) return;
    const grip = grip_at(box, picture, event, event.pointerType == 'touch' ? NEAR_A_FINGER : NEAR);
    if (!grip) return;
    picture.setPointerCapture(event.pointerId);
    const at = share_of(picture, event), [left, top, right, bottom] = grip.frame;
    held = {
        pointer: event.pointerId, off: [at[0] - (left + right) / 2, at[1] - (top + bottom) / 2],
        sliders: grip.sliders.map(slider => ({...slider, moved: manager.get_model(slider.model)})),
    };
    held.sliders[0].moved.then(slider => {
        const handles = [...box.querySelectorAll('[role=slider]')], name = slider.get('description');
        give_focus(handles.find(handle => handle.getAttribute('aria-label') == name));
    });
}

function move_point(event) {
    const box = event.currentTarget, picture = event.target;
    if (!is_picture(picture)) return;
    if (!held) {
        const sliders = grip_at(box, picture, event, NEAR)?.sliders ?? [];
        picture.style.cursor = ['', ['ew-resize', 'ns-resize'][sliders[0]?.along], 'move'][sliders.length];
    } else if (held.pointer == event.pointerId) {
        const at = share_of(picture, event);
        for (const {along, track, moved} of held.sliders) {
            const away = track.map(place => Math.abs(place - at[along] + held.off[along]));
            moved.then(slider => move_to(slider, away.indexOf(Math.min(...away))));
        }
    }
}

function move_to(slider, stop) {
    const [name, low, step, base] = ['index', 'min', 'step', 'base'].map(trait => slider.get(trait));
    const place = +(low + stop * step).toFixed(9);
    const [trait, value] = name !== undefined ? ['index', stop] : ['value', base ? base ** place : place];
    if (slider.get(trait) === value) return;
    slider.set(trait, value);
    slider.save_changes();
}

function leave_point(event) {
    if (held?.pointer == event.pointerId) held = null;
}

function initialize({model}) {
    manager = model.widget_manager;
    document.body.append(region);
    window.addEventListener('keydown', keep_arrows, true);
    model.on('msg:custom', message => say(message.say));
    return () => {
        region.remove();
        window.removeEventListener('keydown', keep_arrows, true);
    };
}

async function render({el, model}) {
    while (!el.isConnected) await new Promise(requestAnimationFrame);
    const box = el.parentElement;
    let timer;
    const change = () => {
        at_every_change(box);
        clearTimeout(timer);
        timer = setTimeout(at_rest, REST, box, model);
    };
    const observer = new MutationObserver(change);
    observer.observe(box, {subtree: true, childList: true, characterData: true});
    box.classList.add('mended');
    box.addEventListener('focusout', take_number);
    box.addEventListener('focusin', select_number);
    box.addEventListener('mouseup', select_number);
    box.addEventListener('pointerdown', take_slider);
    box.addEventListener('pointerdown', take_point);
    box.addEventListener('pointermove', move_point);
    box.addEventListener('lostpointercapture', leave_point);
    box.addEventListener('mousedown', keep_focus, true);
    box.addEventListener('touchstart', keep_finger, {passive: false});
    box.addEventListener('dragstart', event => is_picture(event.target) && event.preventDefault());
    change();
    return () => {
        observer.disconnect();
        clearTimeout(timer);
    };
}

export default {initialize, render};
