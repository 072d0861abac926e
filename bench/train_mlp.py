"""The peer of train_mlp.c: the same network in PyTorch, written as its tutorials do but with the data
in memory and batches by index. Prints samples a second of processor time.   train_mlp.py BATCH EPOCHS [OPTIMIZER]"""
import gzip
import sys
import time

import numpy
import torch

FOLDER = "/usr/share/datasets/fashion-mnist/"
batch, epochs = int(sys.argv[1]), int(sys.argv[2])
torch.set_num_threads(1)
torch.manual_seed(1)


def read(name, header):
    return numpy.frombuffer(gzip.open(FOLDER + name).read(), numpy.uint8, offset=header)


x = torch.from_numpy(read("train-images-idx3-ubyte.gz", 16).reshape(-1, 784).astype(numpy.float32) / 255)
y = torch.from_numpy(read("train-labels-idx1-ubyte.gz", 8).astype(numpy.int64))
x, y = x[:54000], y[:54000]
model = torch.nn.Sequential(torch.nn.Linear(784, 256), torch.nn.ReLU(), torch.nn.Linear(256, 128),
                            torch.nn.ReLU(), torch.nn.Linear(128, 10))
if len(sys.argv) > 3 and sys.argv[3] == "adam":
    optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
else:
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
loss = torch.nn.CrossEntropyLoss()
start = time.process_time()
for epoch in range(epochs):
    order = torch.randperm(len(x))
    for i in range(0, len(x), batch):
        rows = order[i:i + batch]
        optimizer.zero_grad()
        loss(model(x[rows]), y[rows]).backward()
        optimizer.step()
print(f"{len(x) * epochs / (time.process_time() - start):.0f} samples/s")
