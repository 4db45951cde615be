"""draft"""
import re, copy, sys, json, nbformat
from pathlib import Path
from nbformat.v4 import new_markdown_cell

PIECE = re.compile(r"(?m)^(?=#{1,3} |\*\*(?:Your task|Predict)\b)|(?=<details>)|(?<=</details>)")
LEFT_OUT = {"navigation": re.compile(r"(?:previous|next): .*\[All lessons\]"), "run all": re.compile(r"\*\*First of all:\*\*")}
def pieces(cell):
    text = "\n\n".join(p for p in cell.source.split("\n\n") if not any(r.match(p) for r in LEFT_OUT.values()) and not re.match(r".*\[All lessons\]",p))
    return [new_markdown_cell(s.strip()) for s in PIECE.split(text) if s.strip()]
def slides(nb):
    out=[]
    for cell in nb.cells:
        if cell.cell_type=="markdown":
            out+=pieces(cell)
        else:
            c=copy.deepcopy(cell)
            if re.match(r"(import|from) ",c.source): c.metadata["slideshow"]={"slide_type":"skip"}
            if re.match(r"(explorers|questions|figures|exercises)\.",c.source) and "\n" not in c.source: c.metadata["jupyter"]={"source_hidden":True}
            out.append(c)
    for c in out:
        c.metadata.setdefault("slideshow",{"slide_type":"slide"})
    nb.cells=out
    return nb
