# SPDX-License-Identifier: MIT
"""Small valid inputs for the fuzz targets that read text, to begin with: make_seeds.py FOLDER -> FOLDER/TARGET/NAME.

The first byte of an input chooses the reader where a target has several; the orders are those of the targets' sources.
"""
import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HUMAN = (ROOT / "src/eyelid/conditioning/presets/human.json").read_text()
MANIFEST = json.loads((ROOT / "models/public_models.json").read_text())
LEVELS = {"format": "eyelid-calibration", "version": 1, "date": "2026-01-01", "subject": "A",
          "right": {"open_ear": 0.31, "closed_ear": 0.08}, "left": None}
SESSION = {"format": "eyelid session", "format_version": 1, "source": {"path": "a.mp4", "width": 640},
           "models": [], "options": {"detector": "blazeface"}, "warnings": ["a gap"]}
FACE = {"image": "1.jpg", "faces": [{"box": [1, 2, 30, 40], "points": [[1, 2]] * 5}], "complete": True}
FRAMES = ("frame,time_s,valid,face_score,face_x_px,face_y_px,face_width_px,face_height_px,ear_right,ear_left,"
          "fec_right,fec_left,fec,interpolated,suspect\n0,0.0,1,0.9,1,2,30,40,0.3,0.3,0.1,,0.1,0,0\n")

# In the order of the `switch` of settings_fuzz.cpp, kTables and kFormats of the other two.
SEEDS = {
    "settings": [HUMAN, "criterion.above=0.05", json.dumps(LEVELS), json.dumps(SESSION),
                 json.dumps({"models": MANIFEST["models"][:1]})],
    "tables": ["trial,cs_onset_s,us_onset_s,type\n1,1.0,1.4,paired\n2,3,,cs_only\n",
               "time_s,event\n1.0,cs\n1.4,us\n9,sync\n",
               "folder,subject,session,phase,group\na,A,1,acquisition,\"b, c\"\n",
               "trial,eye,label,comment\n1,right,cr,\n2,,rejected,'=1+1\n",
               FRAMES,
               "frame," + ",".join(f"x{i},y{i}" for i in range(12)) + "\n0" + ",1.5" * 24 + "\n1" + "," * 24 + "\n",
               "frame,time_s,fec_right,fec_left\n0,0.0,0.1,0.2\n1,0.1,0.3,\n",
               "layer,batch,field_height,field_width,kernel,stride,groups,input_channels_per_group,"
               "output_channels_per_group\na,1,8,8,3,1,1,4,4\n",
               "# meter\ntime,watts\n1700000000.0,10.5\n1700000001.0,11\n"],
    "annotations": ["version: 1\nn_points: 68\n{\n" + "1.0 2.0\n" * 68 + "}\n",
                    "1 2 " * 98 + "0 0 9 9 1.jpg\n",
                    "1.jpg\n1\n1 2 30 40 0 0 0 0 0 0\n",
                    "1\n1\n20 10 0.5 30 40 1\n",
                    "#LX\tLY\tRX\tRY\n232\t110\t161\t110\n",
                    json.dumps(FACE) + "\n",
                    "<dataset><images><image file='1.jpg'><box top='1' left='2' width='3' height='4'/></image></images>"
                    "</dataset>"],
}

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    for target, texts in SEEDS.items():
        (folder / target).mkdir(parents=True, exist_ok=True)
        for number, text in enumerate(texts):
            (folder / target / f"seed{number}").write_bytes(bytes([number]) + text.encode())
    (folder / "csv_names").mkdir(exist_ok=True)
    for number, name in enumerate(["=1+1", "'@a", " b,\"c\" ", "-"]):
        (folder / "csv_names" / f"seed{number}").write_text(name)
