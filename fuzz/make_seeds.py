# SPDX-License-Identifier: MIT
"""Small valid inputs for the fuzz targets that read text, to begin with: make_seeds.py FOLDER -> FOLDER/TARGET/NAME.

The first byte of an input chooses the reader where a target has several; the orders are those of the targets' sources.
"""
import json
import struct
import sys
import zlib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HUMAN = (ROOT / "src/eyelid/conditioning/presets/human.json").read_text()
MANIFEST = json.loads((ROOT / "models/public_models.json").read_text())
LEVELS = {"format": "eyelid-calibration", "version": 1, "date": "2026-01-01", "subject": "A",
          "right": {"open_ear": 0.31, "closed_ear": 0.08}, "left": None}
SESSION = {"format": "eyelid session", "format_version": 1, "source": {"path": "a.mp4", "width": 640},
           "models": [], "options": {"detector": "blazeface"}, "warnings": ["a gap"]}
PLAN = {"format": "eyelid-trials", "version": 1, "seed": 1, "trials": 20, "order": "blocks", "max_repeats": 5,
        "conditions": [{"name": "paired", "cs": {"ms": 550}, "isi_ms": 500, "us": {"ms": 50}, "share": 0.8},
                       {"name": "puff", "us": {"ms": 50, "channel": 2}, "share": 0.2}],
        "iti": {"min_s": 2, "max_s": 3}, "blocks": {"count": 2, "pause_s": 5}, "gate": {"open": 0.2},
        "rules": [{"name": "escape", "above_baseline": 0.3, "from_ms": 100, "do": "omit_us"}]}
RECORD = {"format": "eyelid batch", "format_version": 1, "id": "a", "state": "stopped", "message": "the disk is full", "attempts": 1,
          "is_tracked": True, "video": "a.mkv", "session": 2, "track": {"threads": 2}, "score": None, "warnings": ["a gap"]}
FACE = {"image": "1.jpg", "faces": [{"box": [1, 2, 30, 40], "points": [[1, 2]] * 5}], "complete": True}
FRAMES = ("frame,time_s,valid,valid_right,valid_left,face_score,face_x_px,face_y_px,face_width_px,face_height_px,ear_right,ear_left,"
          "fec_right,fec_left,fec,interpolated,suspect,clip\n0,0.0,1,1,0,0.9,1,2,30,40,0.3,0.3,0.1,,0.1,0,0,1\n")


def mat_element(kind: int, data: bytes) -> bytes:
    return struct.pack("<II", kind, len(data)) + data + bytes(-len(data) % 8)


def mat_matrix(name: str, value) -> bytes:
    """A MATLAB 5 matrix: rows of numbers, or a structure (dict), or a cell per trial (tuple)."""
    kind = 2 if isinstance(value, dict) else 1 if isinstance(value, tuple) else 6
    shape = (1, 1) if kind == 2 else (1, len(value)) if kind == 1 else (len(value), len(value[0]))
    body = mat_element(6, struct.pack("<II", kind, 0)) + mat_element(5, struct.pack("<ii", *shape))
    body += mat_element(1, name.encode())
    if kind == 6:
        body += mat_element(9, b"".join(struct.pack("<d", row[i]) for i in range(shape[1]) for row in value))
    elif kind == 2:
        body += struct.pack("<HHi", 5, 4, 32) + mat_element(1, b"".join(key.encode().ljust(32, b"\0") for key in value))
        body += b"".join(mat_matrix("", one) for one in value.values())
    else:
        body += b"".join(mat_matrix("", one) for one in value)
    return mat_element(14, body)


def mat_file(name: str, value) -> bytes:
    return b"MATLAB 5.0 MAT-file".ljust(116) + bytes(8) + struct.pack("<H", 0x100) + b"IM" + mat_matrix(name, value)


ONE = [[1.0]]
MATS = [mat_file("trials", {"eyelidpos": [[0, .1, 1]], "tm": [[-.005, 0, .005]], "c_isi": [[250]], "c_csdur": ONE, "c_usdur": ONE}),
        mat_file("SessionData", {"TrialStartTimestamp": ONE, "TrialTypes": ONE, "RawEvents": {"Trial": ({
            "States": {"cs": [[.3, .6]], "us": [[.5, .6]]}, "Events": {"Tup": ONE},
            "Data": {"FEC": [[0, 1]], "FECTimes": [[.1, .2]]}},)}})]

# In the order of the choices in batch_fuzz.cpp, settings_fuzz.cpp, and imports_fuzz.cpp, kTables and kFormats of the other two.
SEEDS = {
    "settings": [HUMAN, "criterion.above=0.05", json.dumps(LEVELS), json.dumps(SESSION),
                 json.dumps({"models": MANIFEST["models"][:1]}), json.dumps(PLAN)],
    "batch": ["id,video,trials,subject,session,note\na,a.mkv,,A,1,\nb,b.mkv,t.csv,B,2,\"c, d\"\n", json.dumps(RECORD)],
    "controller": ["c 1 100\nd 1 200\nf 1 100 200 - - omitted\np 1 7 0\ne late 1\nw 1 9\n",
                   "c 1 100*0000\n",
                   "P 1\nT 1 1 550000 2 50000 500000\nG 1\nO 1\nX 1 1000\nQ 1\nA\n",
                   "H 1*2DA8\n",
                   "serial:/dev/ttyACM0@9600,udp:[::1]:5000,osc:a:1,lsl:b"],
    "tables": ["trial,cs_onset_s,us_onset_s,type\n1,1.0,1.4,paired\n2,3,,cs_only\n",
               "folder,subject,session,phase,group\na,A,1,acquisition,\"b, c\"\n",
               "trial,eye,label,comment\n1,right,cr,\n2,,rejected,'=1+1\n",
               FRAMES,
               "frame," + ",".join(f"x{i},y{i}" for i in range(12)) + "\n0" + ",1.5" * 24 + "\n1" + "," * 24 + "\n",
               "frame,time_s,fec_right,fec_left\n0,0.0,0.1,0.2\n1,0.1,0.3,\n",
               "layer,batch,field_height,field_width,kernel,stride,groups,input_channels_per_group,"
               "output_channels_per_group\na,1,8,8,3,1,1,4,4\n",
               "# meter\ntime,watts\n1700000000.0,10.5\n1700000001.0,11\n"],
    "imports": ["time_ms;fec_right;fec_left\n0;0,1;NaN\n4;0,2;n/a\n",
                "scorer,s,s,s,s\nbodyparts,top,top,bottom,bottom\ncoords,x,y,x,y\n0,1,2,3,4\n1,1,2,3,5\n",
                "(lp0\n(I1\n(lp1\n(Vs\np2\nVtop\np3\nVx\np4\ntp5\na(g2\ng3\nVy\np6\ntp7\natp8\na.",
                "onset\tduration\ttrial_type\tblock\n1.0\t0.3\tcs\t1\n1.25\tn/a\tus\t1\n",
                "Scenario -\tebc\n\nSubject\tTrial\tEvent Type\tCode\tTime\n\ns1\t1\tSound\ttone\t10000\n",
                "0.5 \tEXP \ttone: on\n1.0 \tDATA \tpuff\n",
                "*** LogFrame Start ***\nTone.OnsetTime: 1000\nPuff.OnsetTime: 1250\n*** LogFrame End ***\n",
                "I Experiment name : e\nS {\"cs\": 1}\nE {\"us\": 2}\nD 1000 1\nD 1250 2\nP 1300 x\n",
                "\"CHANNEL\"\t\"1\"\n\"Evt+\"\n\"c\"\n\"CS\"\n\n1.0\n\"CHANNEL\"\t\"2\"\n\"Waveform\"\n\"c\"\n\"US\"\n"
                "\"START\"\t0.0\t0.01\n0\n5\n",
                "Interval=\t0.5 s\nExcelDateTime=\t46085\nTimeFormat=\tStartOfBlock\nChannelTitle=\tCS\tUS\n"
                "0\t0,0\t0\n0,5\t5,0\t0\t#* tone\n"],
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
    (folder / "mat").mkdir(exist_ok=True)
    for number, content in enumerate(MATS):
        (folder / "mat" / f"seed{number}").write_bytes(content)
    (folder / "csv_names").mkdir(exist_ok=True)
    for number, name in enumerate(["=1+1", "'@a", " b,\"c\" ", "-"]):
        (folder / "csv_names" / f"seed{number}").write_text(name)
    (folder / "gray_png").mkdir(exist_ok=True)
    for filter_type in range(5):  # 8 x 5 pixels
        rows = bytes([filter_type, *range(0, 80, 10)]) * 5
        (folder / "gray_png" / f"seed{filter_type}").write_bytes(bytes([1, 8, 5]) + zlib.compress(rows))
    for target in ("networks", "safetensors"):
        (folder / target).mkdir(exist_ok=True)
        for number, model in enumerate(["eye_finder", "lid_finder"]):
            (folder / target / f"seed{number}").write_bytes((ROOT / f"models/{model}.safetensors").read_bytes())
