"""A program that Collet tunes (command.ini): it needs nothing of Collet, and runs by itself as well.

    /usr/bin/python3 command_train.py --kernel rbf --C 10 --gamma 0.001

Each line is a point of the learning curve, the accuracy so far; the last one is the result.
"""
import argparse
import json

from sklearn.datasets import load_digits
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import SVC

parser = argparse.ArgumentParser()
parser.add_argument("--kernel", default="rbf")
parser.add_argument("--C", type=float, default=1.0)
parser.add_argument("--gamma", type=float, default=1e-3)
parser.add_argument("--degree", type=int, default=3)
options = parser.parse_args()

x, y = load_digits(return_X_y=True)
right = seen = 0
folds = StratifiedKFold(n_splits=5, shuffle=True, random_state=0)
for step, (train, test) in enumerate(folds.split(x, y), 1):
    model = SVC(kernel=options.kernel, C=options.C, gamma=options.gamma, degree=options.degree)
    right += int((model.fit(x[train], y[train]).predict(x[test]) == y[test]).sum())
    seen += len(test)
    print(json.dumps({"step": step, "accuracy": right / seen}), flush=True)
