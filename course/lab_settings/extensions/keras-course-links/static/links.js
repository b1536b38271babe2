// An extension of JupyterLab, small enough to need no build.
//
// A link such as 01_introduction.ipynb#loss opens the notebook, and JupyterLab looks for
// the heading at once, when the notebook's cells are not drawn yet: it finds none and
// stays at the top. This looks until the heading is there, and again as long as cells
// that are drawn late move it, but not for long: the reader may want to scroll.

(() => {
  const PAUSE = 250; // milliseconds
  const LOOKS = 480; // two minutes, on a busy machine; a long notebook is drawn bit by bit
  const SCROLLS = 8;

  async function goToHeading(app, { path, id }) {
    const panel = [...app.shell.widgets('main')].find(
      widget => widget.context?.path === path && widget.setFragment
    );
    const name = CSS.escape(decodeURIComponent(id.slice(1)));
    const place = () =>
      panel?.node
        .querySelector(`[id="${name}"], [data-jupyter-id="${name}"]`)
        ?.getBoundingClientRect().top;
    let settled, scrolls = 0;
    for (let looks = 0; looks < LOOKS && scrolls < SCROLLS; looks++) {
      if (place() !== undefined) {
        if (place() === settled) return;
        await panel.setFragment(id);
        settled = place();
        scrolls++;
      }
      await new Promise(wake => setTimeout(wake, PAUSE));
    }
  }

  const plugin = {
    id: 'keras-course-links:plugin',
    autoStart: true,
    activate: app => {
      app.commands.commandExecuted.connect((_, { id, args, result }) => {
        if (id === 'rendermime:handle-local-link' && args.id) {
          result.then(() => goToHeading(app, args));
        }
      });
    }
  };

  // What JupyterLab expects of an extension that is loaded from its server.
  window._JUPYTERLAB = window._JUPYTERLAB || {};
  window._JUPYTERLAB['keras-course-links'] = {
    init: () => {},
    get: async () => () => ({ __esModule: true, default: plugin })
  };
})();
