/* JupyterLab loads this beside jupyterlab-slideshow: every notebook that is opened is run and shown as slides. */
(() => {
  const here = document.currentScript.src;

  // A slide is laid out for 1280 × 720 pixels; a larger screen enlarges it as a whole.
  const scale = () => document.body.style.setProperty(
    "--slide-zoom", Math.min(window.innerWidth / 1280, window.innerHeight / 720));

  // A slider, a button or a folded answer keeps the keys that are pressed on it.
  const keepKeys = event => event.target.closest?.(".jp-OutputArea-output, .jp-RenderedMarkdown")
    ?.setAttribute("data-lm-suppress-shortcuts", "true");

  // The keys of a presenter's remote: they scroll a slide that an unfolded answer has made longer, then go on.
  function turn(app, event) {
    const back = event.key === "PageUp", notebook = document.querySelector(".jp-Deck .jp-WindowedPanel-outer");
    if (!notebook || !back && event.key !== "PageDown" || event.target.closest(".cm-content")) return;
    event.preventDefault();
    event.stopPropagation();
    const before = notebook.scrollTop;
    notebook.scrollBy({top: (back ? -0.8 : 0.8) * notebook.clientHeight, behavior: "instant"});
    if (notebook.scrollTop === before) app.commands.execute(back ? "deck:back" : "deck:forward");
  }

  async function show(app, panel) {
    await panel.context.ready;
    if (!panel.context.model.getMetadata("slides")) return;  // a notebook of another kind
    await app.commands.execute("deck:start");
    await panel.sessionContext.ready;
    const notebook = panel.content, slide = notebook.activeCellIndex;
    const run = app.commands.execute("notebook:run-all-cells");  // goes to the last cell
    notebook.activeCellIndex = slide;
    await run;
    panel.node.dataset.run = "done";
  }

  function activate(app) {
    document.head.append(Object.assign(document.createElement("link"),
      {rel: "stylesheet", href: here.replace("show.js", "show.css")}));
    window.addEventListener("resize", scale);
    scale();
    document.addEventListener("focusin", keepKeys);
    window.addEventListener("keydown", event => turn(app, event), true);
    const seen = new Set();
    const look = () => {
      const panel = app.shell.currentWidget;
      if (!panel?.sessionContext || seen.has(panel)) return;
      seen.add(panel);
      show(app, panel);
    };
    app.shell.currentChanged.connect(look);
    app.restored.then(look);
  }

  const plugin = {id: "batchnorm-slides:show", autoStart: true, activate};
  window._JUPYTERLAB ??= {};
  window._JUPYTERLAB["batchnorm-slides"] = {init: () => {}, get: async () => () => plugin};
})();
