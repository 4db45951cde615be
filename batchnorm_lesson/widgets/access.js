// What ipywidgets leaves out for a keyboard and a screen reader, in the box of widgets that this widget stands in.
// Its part in the kernel is access.py; it is plain JavaScript, and the page loads nothing else for it.

const REST = 500;  // milliseconds without a change until the words are said: once for a drag, not at every move

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

function at_rest(box) {
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

// Whoever has moved a slider by mouse or finger goes on with the arrow keys; JupyterLab hands them to the cell instead.
function focus_slider(event) {
    const handle = event.target.closest('.widget-slider')?.querySelector('[role=slider]');
    if (handle && !event.target.matches('.widget-readout'))
        window.addEventListener('pointerup', () => setTimeout(() => handle.focus({preventScroll: true})), {once: true});
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

function initialize({model}) {
    document.body.append(region);
    window.addEventListener('keydown', keep_arrows, true);
    model.on('msg:custom', message => say(message.say));
    return () => {
        region.remove();
        window.removeEventListener('keydown', keep_arrows, true);
    };
}

async function render({el}) {
    while (!el.isConnected) await new Promise(requestAnimationFrame);
    const box = el.parentElement;
    let timer;
    const change = () => {
        at_every_change(box);
        clearTimeout(timer);
        timer = setTimeout(at_rest, REST, box);
    };
    const observer = new MutationObserver(change);
    observer.observe(box, {subtree: true, childList: true, characterData: true});
    box.classList.add('mended');
    box.addEventListener('focusout', take_number);
    box.addEventListener('focusin', select_number);
    box.addEventListener('mouseup', select_number);
    box.addEventListener('pointerdown', focus_slider);
    change();
    return () => {
        observer.disconnect();
        clearTimeout(timer);
    };
}

export default {initialize, render};
