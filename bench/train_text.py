"""The peer of train_text.c in PyTorch: the same texts, embedding, pooling and optimizer.
Prints samples a second of processor time.   train_text.py POOL BATCH EPOCHS OPTIMIZER ROWS [dense]

The embedding's gradient is sparse, and Adam is SparseAdam there; with `dense` both are dense."""
import sys
import time

import numpy
import torch

VOCABULARY, LENGTH, CLASSES, DIM, FILTERS = 20000, 200, 20, 64, 100
pool, batch, epochs, optimizer, rows = sys.argv[1], *map(int, sys.argv[2:4]), sys.argv[4], int(sys.argv[5])
sparse = len(sys.argv) < 7
torch.set_num_threads(1)
torch.manual_seed(1)
random = numpy.random.default_rng(1)
labels = numpy.arange(rows) % CLASSES
words = (numpy.exp(random.random((rows, LENGTH)) * numpy.log(VOCABULARY + 1)) - 1).astype(numpy.int64)
own = 1000 + labels[:, None] * 50 + random.integers(50, size=(rows, LENGTH))
words = numpy.where(random.random((rows, LENGTH)) < 0.1, own, words.clip(0, VOCABULARY - 1))
x, y = torch.from_numpy(words), torch.from_numpy(labels)


class Bag(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = torch.nn.EmbeddingBag(VOCABULARY, DIM, mode=pool if pool == "max" else "mean",
                                               sparse=sparse and pool != "max")
        self.output = torch.nn.Linear(DIM, CLASSES)

    def forward(self, tokens):
        return self.output(self.embedding(tokens))


class Kim(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = torch.nn.Embedding(VOCABULARY, DIM, sparse=sparse)
        self.convs = torch.nn.ModuleList(torch.nn.Conv1d(DIM, FILTERS, width) for width in (3, 4, 5))
        self.output = torch.nn.Linear(3 * FILTERS, CLASSES)

    def forward(self, tokens):
        e = self.embedding(tokens).transpose(1, 2)
        return self.output(torch.cat([torch.relu(conv(e)).max(2)[0] for conv in self.convs], 1))


model = Kim() if pool == "conv" else Bag()
rest = [p for name, p in model.named_parameters() if not name.startswith("embedding")]
if optimizer == "sgd":
    steps = [torch.optim.SGD(model.parameters(), lr=0.1 if pool == "conv" else 10)]
elif sparse:
    steps = [torch.optim.SparseAdam(list(model.embedding.parameters()), lr=0.002),
             torch.optim.Adam(rest, lr=0.002)]
else:
    steps = [torch.optim.Adam(model.parameters(), lr=0.002)]
loss = torch.nn.CrossEntropyLoss()
start = time.process_time()
for epoch in range(epochs):
    order = torch.randperm(rows)
    for i in range(0, rows, batch):
        chosen = order[i:i + batch]
        for step in steps:
            step.zero_grad()
        value = loss(model(x[chosen]), y[chosen])
        value.backward()
        for step in steps:
            step.step()
print(f"{rows * epochs / (time.process_time() - start):.0f} samples/s, last loss {value.item():.4f}")
