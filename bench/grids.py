#!/usr/bin/env python3
"""Writes grids.h: errors of models of scikit-learn on its own data, for each setting of a grid and three divisions
of the rows. So bench/samplers has problems that are no formulas.

    /usr/bin/python3 bench/grids.py > bench/grids.h
"""
import warnings

from sklearn.datasets import load_breast_cancer, load_digits, load_wine
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

warnings.filterwarnings("ignore")
DIVISIONS = 3


def rows(division):
    """Another data set for each division; what is counted is wrong rows, in thousandths."""
    x, y = (load_digits, load_breast_cancer, load_wine)[division](return_X_y=True)
    a, b, c, d = train_test_split(x, y, train_size=min(400, len(y) // 2), random_state=division, stratify=y)
    scale = StandardScaler().fit(a)
    return scale.transform(a), scale.transform(b), c, d


def wrong(model, data):
    a, b, c, d = data
    return int(round(1000 * (model.fit(a, c).predict(b) != d).mean()))


def nested(name, what, shape, value):
    print(f"/* Thousandths that are wrong, by division, {what}. */")
    print(f"static const short {name}[{DIVISIONS}]" + "".join(f"[{n}]" for n in shape) + " = {")

    def write(at, data):
        if len(at) == len(shape) - 1:
            print("{" + ", ".join(str(wrong(value(*at, k), data)) for k in range(shape[-1])) + "},")
            return
        print("{")
        for k in range(shape[len(at)]):
            write(at + (k,), data)
        print("},")

    for division in range(DIVISIONS):
        write((), rows(division))
    print("};")


print("/* Made by grids.py. */")
nested("grid_forest", "criterion, depth 1 to 10, leaf of 1, 2, 4, 8, 16, share of features 0.1 to 1", (2, 10, 5, 4),
       lambda c, depth, leaf, share: RandomForestClassifier(
           12, criterion=("gini", "entropy")[c], max_depth=depth + 1, min_samples_leaf=2 ** leaf,
           max_features=(0.1, 0.2, 0.5, 1.0)[share], random_state=0))
nested("grid_neighbours", "weights, power, k = 1 to 20", (2, 3, 20),
       lambda w, p, k: KNeighborsClassifier(k + 1, weights=("uniform", "distance")[w], p=p + 1))
nested("grid_tree", "criterion, depth 1 to 12, leaf of 1 to 8", (2, 12, 8),
       lambda c, depth, leaf: DecisionTreeClassifier(criterion=("gini", "entropy")[c], max_depth=depth + 1,
                                                     min_samples_leaf=leaf + 1, random_state=0))
nested("grid_logistic", "penalty l1 or l2, cost 10^(k/3 - 3)", (2, 14),
       lambda p, k: LogisticRegression(penalty=("l1", "l2")[p], C=10 ** (k / 3 - 3), solver="liblinear", tol=1e-3))
