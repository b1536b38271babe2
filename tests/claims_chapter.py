"""A small converted chapter for tests: its notebook, claims and bands."""

import json
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

TEXTS = {
    "title": """# 4. MNIST: reading handwritten digits

A short lesson on dropout. You need [chapter 2](02_keras_basics.ipynb).
""",
    "dropout-text": """## Does dropout help?

During training, every step switches off half of the hidden units. This is the network
that a lecture published with an accuracy of 0.9453.
""",
    "fit-text": """Keras counts to 375 in each epoch, because the remaining 48,000
digits make 375 batches of 128. Validation accuracy is *higher* than training accuracy
in the first epoch.
""",
    "again-text": """Measured alike, the network is right on about 99% of the digits it
was fitted to and on 97.6% to 98.0% of the others. The gap is real: more than one
percentage point.

> Dropout narrowed the gap in nine of ten seeds.
""",
    "results-text": """## Results

| network | published | ours | parameters |
| --- | --- | --- | --- |
| dropout | 0.9453 | 97.6% to 98.0% | 203,530 |
| dense | 0.9746 | 97.9% | 407,050 |
""",
    "questions": """## Questions

**1. Is validation accuracy higher than training accuracy?**

<details>
<summary>A. No: it is lower than that.</summary>

No. It is not.

</details>

<details>
<summary>B. It is higher than training accuracy.</summary>

Yes. Dropout is switched off for it.

</details>
""",
}

CODES = {
    "define": (
        "dropout = keras.Sequential([layers.Dense(256), layers.Dropout(0.5)])",
        "",
    ),
    "fit": (
        "history = dropout.fit(x[:48_000], y, epochs=10, batch_size=128)",
        "Epoch 10/10\n375/375 - 1s - accuracy: 0.9750\n",
    ),
    "again": (
        "fitted, held_out = measure(dropout)\nprint(round(held_out, 3))",
        "fitted: 0.991   held out: 0.978\n",
    ),
    "results": ("results(dropout, dense)", ""),
}
ORDER = (
    *("title", "dropout-text", "define", "fit", "fit-text", "again", "again-text"),
    *("results", "results-text", "questions"),
)

CLAIMS = """
[constants]
"0.9453" = "STAT 471: dropout network, test accuracy"
"0.9746" = "STAT 471: dense network, test accuracy"

[[claim]]
name = "steps"
after = "fit"
value = "(history.params['steps'], 128)"
says = "375 batches of 128"

[[claim]]
name = "validation starts above training"
after = "fit"
left = "history.history['val_accuracy'][0]"
relation = ">"
right = "history.history['accuracy'][0]"
says = [
    "Validation accuracy is *higher* than training accuracy",
    "It is higher than training accuracy",
]

[[claim]]
name = "fitted digits"
after = "again"
value = "fitted"
says = "about 99% of the digits it was fitted to"

[[claim]]
name = "held-out digits"
after = "again"
value = "held_out"
says = "97.6% to 98.0% of the others"

[[claim]]
name = "the gap is real"
after = "again"
left = "fitted"
relation = ">"
right = "held_out"
margin = 0.01
says = "The gap is real: more than one percentage point"

[[claim]]
name = "dropout narrows the gap"
after = "again"
holds = "plain_gap > fitted - held_out"
says = "Dropout narrowed the gap in nine of ten seeds"
seeds = 9

[[claim]]
name = "dropout network"
after = "results"
value = "(dropout_accuracy, dropout.count_params())"
says = "| dropout | 0.9453 | 97.6% to 98.0% | 203,530 |"

[[claim]]
name = "dense network"
after = "results"
value = "(dense_accuracy, dense.count_params())"
says = "| dense | 0.9746 | 97.9% | 407,050"
"""

BANDS = {
    "steps [1]": [375] * 10,
    "steps [2]": [128] * 10,
    "validation starts above training": [1] * 10,
    "validation starts above training, left": [0.95 + k / 1000 for k in range(10)],
    "validation starts above training, right": [0.89 + k / 1000 for k in range(10)],
    "fitted digits": [0.9900 + k / 10000 for k in range(10)],
    "held-out digits": [0.9762 + 4 * k / 10000 for k in range(10)],
    "the gap is real": [1] * 10,
    "the gap is real, left": [0.9920 + k / 10000 for k in range(10)],
    "the gap is real, right": [0.9762 + 4 * k / 10000 for k in range(10)],
    "dropout narrows the gap": [1] * 9 + [0],
    "dropout network [1]": [0.9762 + 4 * k / 10000 for k in range(10)],
    "dropout network [2]": [203530] * 10,
    "dense network [1]": [0.9785 + k / 10000 for k in range(10)],
    "dense network [2]": [407050] * 10,
}


def small_notebook() -> nbformat.NotebookNode:
    """Return the chapter's notebook, as if it had been run."""
    cells = []
    for name in ORDER:
        if name in TEXTS:
            cell = new_markdown_cell(TEXTS[name])
        else:
            code, printed = CODES[name]
            outputs = [new_output("stream", text=printed)] if printed else []
            cell = new_code_cell(code, outputs=outputs, execution_count=1)
        cell.id = name
        cells.append(cell)
    return new_notebook(cells=cells)


def write_chapter(folder: Path) -> Path:
    """Write the chapter, its claims and its bands; return the notebook's path."""
    notebook = folder / "04_small.ipynb"
    for name in ("claims", "bands"):
        (folder / name).mkdir(parents=True)
    nbformat.write(small_notebook(), notebook)
    (folder / "claims" / "04_small.toml").write_text(CLAIMS, encoding="utf-8")
    full = {"seeds": 10, "values": BANDS, "seconds": {}}
    (folder / "bands" / "04_small.json").write_text(
        json.dumps({"full": full}), encoding="utf-8"
    )
    return notebook
