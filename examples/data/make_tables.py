#!/usr/bin/python3
"""Writes the tables of this folder from the raw files that Debian's python3-sklearn ships.

Reads the files themselves, not sklearn's loaders: those rescale diabetes and turn every number into a float.
"""

import csv
import gzip
import pathlib

RAW = pathlib.Path("/usr/lib/python3/dist-packages/sklearn/datasets/data")
HERE = pathlib.Path(__file__).parent

CELL_MEASURES = ["radius", "texture", "perimeter", "area", "smoothness", "compactness", "concavity", "concave_points",
                 "symmetry", "fractal_dimension"]
BREAST_CANCER = [f"{statistic}_{measure}" for statistic in ("mean", "se", "worst") for measure in CELL_MEASURES]
WINE = ["alcohol", "malic_acid", "ash", "alcalinity_of_ash", "magnesium", "total_phenols", "flavanoids",
        "nonflavanoid_phenols", "proanthocyanins", "color_intensity", "hue", "od280_od315", "proline"]
DIABETES = ["age", "sex", "bmi", "bp", "s1_tc", "s2_ldl", "s3_hdl", "s4_tch", "s5_ltg", "s6_glu"]
DIGITS = [f"pixel_{row}_{column}" for row in range(8) for column in range(8)]


def lines(name):
    path = RAW / name
    with gzip.open(path, "rt") if path.suffix == ".gz" else open(path) as file:
        return file.read().splitlines()


def write(name, header, rows):
    assert all(len(row) == len(header) for row in rows), name
    with open(HERE / name, "w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])


def without_needless_zero(number):
    return number.removesuffix(".0")


def main():
    diagnoses = {"0": "malignant", "1": "benign"}
    cells = [line.split(",") for line in lines("breast_cancer.csv")[1:]]
    write("breast_cancer.csv", [*BREAST_CANCER, "diagnosis"], [[*row[:-1], diagnoses[row[-1]]] for row in cells])

    wines = [line.split(",") for line in lines("wine_data.csv")[1:]]
    write("wine.csv", [*WINE, "cultivar"], [[*row[:-1], f"cultivar_{int(row[-1]) + 1}"] for row in wines])

    patients = [line.split() for line in lines("diabetes_data_raw.csv.gz")]
    progression = [f"{float(line):g}" for line in lines("diabetes_target.csv.gz")]
    write("diabetes.csv", [*DIABETES, "progression"],
          [[*map(without_needless_zero, row), target] for row, target in zip(patients, progression, strict=True)])

    write("digits.csv", [*DIGITS, "digit"], [line.split(",") for line in lines("digits.csv.gz")])


if __name__ == "__main__":
    main()
