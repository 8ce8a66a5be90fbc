"""Reads a study file as a user would, with nothing but h5py, and checks what it holds. Called by checkpoint_test.cpp."""
import json
import sys

import h5py
import numpy as np

with h5py.File(sys.argv[1], "r") as study:
    assert study.attrs["format_version"] == 1
    assert study.attrs["trials"] == 6 and study.attrs["trials_complete"] == 4, dict(study.attrs)
    assert study.attrs["study_id"].decode() == "0123456789abcdef0123456789abcdef"

    trials = study["trials"]
    assert list(trials["number"]) == list(range(6))
    states = h5py.check_enum_dtype(trials["state"].dtype)
    assert list(trials["state"]) == [states[s] for s in ("complete",) * 4 + ("failed", "waiting")]
    causes = h5py.check_enum_dtype(trials["cause"].dtype)
    assert trials["cause"][4] == causes["crash"] and trials["cause"][5] == causes["none"]
    assert list(trials["parent"]) == [-1, 0, 1, 2, 3, 4]
    assert list(trials["values/loss"][:4]) == [0, 1, 2, 3] and np.isnan(trials["values/loss"][4])
    assert list(trials["values/accuracy"][:4]) == [0, -1, -2, -3]
    assert list(trials["constraints/memory"][:4]) == [-1] * 4
    assert list(trials["fidelities/rounds"]) == [1, 2, 3, 4, 5, 6]
    assert list(trials["notes/trees"][:4]) == [0, 1, 2, 3]
    assert np.isnan(trials["started"][5]) and trials["duration_s"][0] == 0.25
    assert trials["seed"].dtype == np.uint64 and len(set(trials["seed"])) == 6

    columns = trials["parameters"]
    assert columns["eta"].dtype == np.float64 and np.isclose(columns["eta"][3], 0.04)
    assert list(columns["max_depth"]) == [2, 3, 4, 5, 6, 7] and columns["max_depth"].dtype == np.int64
    boosters = [c.decode() for c in study["choices/booster"]]
    assert [boosters[c] for c in columns["booster"]] == ["gbtree", "dart"] * 3
    assert [c.decode() for c in study["choices/batch"]] == ["16", "32", "64"]
    assert list(columns["warm"]) == [1, 0] * 3
    assert np.isnan(columns["rate_drop"].attrs["inactive"]) and np.isnan(columns["rate_drop"][0])
    drop = columns["drop_size"]
    assert list(drop[:2]) == [drop.attrs["inactive"], 4] and drop.attrs["inactive"] == np.iinfo(np.int64).min

    assert list(study["intermediate/trial"]) == [0, 1, 2, 3] and list(study["intermediate/step"]) == [5] * 4
    assert list(study["failures/trial"]) == [4]
    assert study["failures/message"][0].decode() == "killed by signal 11"
    assert list(study["epochs/number"]) == [1] and json.loads(study["epochs/facts"][0]) == {"host": "a"}
    ledger = study["ledger"]
    amounts = sum(ledger[name][0] for name in ledger if name not in ("epoch", "job", "began", "ended", "cores"))
    assert np.isclose(amounts, (ledger["cores"] * (ledger["ended"][:] - ledger["began"]))[0])
    assert len(study["holdout/trial"]) == 1 and json.loads(study["holdout/metrics"][0]) == {"auc": 0.5}
    assert dict(zip(study["settings/name"], study["settings/value"])) == {b"trials": b"400"}
    definition = json.loads(study["definition"][()])
    assert definition["objective"]["name"] == "xgb" and definition["seed"] == 7
    assert [p["name"] for p in json.loads(study["space"][()])["parameters"]][0] == "eta"
