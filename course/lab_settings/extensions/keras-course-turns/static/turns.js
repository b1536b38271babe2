// An extension of JupyterLab, small enough to need no build.
//
// JupyterLab shows nothing of a cell's tags. Cells tagged "your-turn", in which the reader
// writes, get a mark, in JupyterLab's own colours for the light and the dark theme.

(() => {
  const TURN = 'keras-course-turn';
  const LOOKS = `
    .${TURN} > .jp-Cell-inputWrapper { border-left: 4px solid var(--jp-success-color1); }
    .${TURN} > .jp-Cell-inputWrapper::before {
      color: var(--jp-ui-font-color1);
      content: 'Your turn';
      font: bold var(--jp-ui-font-size1) var(--jp-ui-font-family);
      padding: 4px 8px;
    }
    .${TURN} > .jp-Cell-inputWrapper { flex-wrap: wrap; }
    .${TURN} > .jp-Cell-inputWrapper::before { flex: 0 0 100%; }
  `;

  function mark(notebook) {
    for (const cell of notebook.widgets) {
      const tags = cell.model.getMetadata('tags') ?? [];
      cell.toggleClass(TURN, tags.includes('your-turn'));
    }
  }

  const plugin = {
    id: 'keras-course-turns:plugin',
    autoStart: true,
    activate: app => {
      document.head.append(
        Object.assign(document.createElement('style'), { textContent: LOOKS })
      );
      const known = new WeakSet();
      const lookAround = () => {
        for (const { content, context } of app.shell.widgets('main')) {
          if (!content?.modelContentChanged || known.has(content)) continue;
          known.add(content);
          content.modelContentChanged.connect(mark);
          context.ready.then(() => mark(content));
        }
      };
      app.restored.then(() => {
        lookAround();
        app.shell.layoutModified.connect(lookAround);
      });
    }
  };

  // What JupyterLab expects of an extension that is loaded from its server.
  window._JUPYTERLAB = window._JUPYTERLAB || {};
  window._JUPYTERLAB['keras-course-turns'] = {
    init: () => {},
    get: async () => () => ({ __esModule: true, default: plugin })
  };
})();
