"""The peer of train_cnn.c: the same network in PyTorch, written as its tutorials do but with the data
in memory and batches by index. Prints samples a second of processor time.
train_cnn.py BATCH EPOCHS [OPTIMIZER [ROWS]]"""
import gzip
import sys
import time

import numpy
import torch

FOLDER = "/usr/share/datasets/fashion-mnist/"
batch, epochs = int(sys.argv[1]), int(sys.argv[2])
rows = int(sys.argv[4]) if len(sys.argv) > 4 else 54000
torch.set_num_threads(1)
torch.manual_seed(1)


def read(name, header):
    return numpy.frombuffer(gzip.open(FOLDER + name).read(), numpy.uint8, offset=header)


x = read("train-images-idx3-ubyte.gz", 16).reshape(-1, 1, 28, 28).astype(numpy.float32) / 255
x = torch.from_numpy(x[:rows])
y = torch.from_numpy(read("train-labels-idx1-ubyte.gz", 8).astype(numpy.int64)[:rows])
nn = torch.nn
model = nn.Sequential(nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
                      nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
                      nn.Flatten(), nn.Linear(7 * 7 * 32, 128), nn.ReLU(), nn.Linear(128, 10))
if len(sys.argv) > 3 and sys.argv[3] == "adam":
    optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
else:
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
loss = nn.CrossEntropyLoss()
start = time.process_time()
for epoch in range(epochs):
    order = torch.randperm(len(x))
    for i in range(0, len(x), batch):
        part = order[i:i + batch]
        optimizer.zero_grad()
        loss(model(x[part]), y[part]).backward()
        optimizer.step()
print(f"{len(x) * epochs / (time.process_time() - start):.0f} samples/s")
