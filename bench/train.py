"""The peer of train.c and time_to_accuracy.c: the same networks in PyTorch, written as its tutorials do
but with the data in memory and batches by index, which is faster.

    train.py WHAT BATCH OPTIMIZER SAMPLES [ROWS] [dense] [last] [flush] [threads=N]     SAMPLES a stretch
    train.py until WHAT BATCH OPTIMIZER LR TARGET SEED MOST_EPOCHS [ROWS] [last]

WHAT is mlp, cnn, mean or kim. Trains in stretches that the driver asks for (pace.h says how). The
gradient of an embedding is sparse, and Adam is SparseAdam there; with `dense` both are dense. With `last`
images have their channels last in memory. With `flush` denormal numbers are zero, as they are in
our trainings. `until` is what time_to_accuracy.c does."""
import gzip
import sys
import time

import numpy
import torch

nn = torch.nn
FOLDER = "/usr/share/datasets/fashion-mnist/"
VOCABULARY, LENGTH, CLASSES, DIM, FILTERS = 20000, 200, 20, 64, 100


def images(part, rows):
    def read(name, header):
        return numpy.frombuffer(gzip.open(FOLDER + part + name).read(), numpy.uint8, offset=header)
    x = read("-images-idx3-ubyte.gz", 16).reshape(-1, 784)[:rows].astype(numpy.float32) / 255
    return torch.from_numpy(x), torch.from_numpy(read("-labels-idx1-ubyte.gz", 8)[:rows].astype(numpy.int64))


def texts(rows):
    random = numpy.random.default_rng(1)
    labels = numpy.arange(rows) % CLASSES
    words = (numpy.exp(random.random((rows, LENGTH)) * numpy.log(VOCABULARY + 1)) - 1).astype(numpy.int64)
    own = 1000 + labels[:, None] * 50 + random.integers(50, size=(rows, LENGTH))
    words = numpy.where(random.random((rows, LENGTH)) < 0.1, own, words.clip(0, VOCABULARY - 1))
    return torch.from_numpy(words), torch.from_numpy(labels)


class Bag(nn.Module):
    def __init__(self, sparse):
        super().__init__()
        self.embedding = nn.EmbeddingBag(VOCABULARY, DIM, mode="mean", sparse=sparse)
        self.output = nn.Linear(DIM, CLASSES)

    def forward(self, tokens):
        return self.output(self.embedding(tokens))


class Kim(nn.Module):
    def __init__(self, sparse):
        super().__init__()
        self.embedding = nn.Embedding(VOCABULARY, DIM, sparse=sparse)
        self.convs = nn.ModuleList(nn.Conv1d(DIM, FILTERS, width) for width in (3, 4, 5))
        self.output = nn.Linear(3 * FILTERS, CLASSES)

    def forward(self, tokens):
        e = self.embedding(tokens).transpose(1, 2)
        return self.output(torch.cat([torch.relu(conv(e)).max(2)[0] for conv in self.convs], 1))


def network(what, sparse, last):
    if what == "mlp":
        return nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 128), nn.ReLU(), nn.Linear(128, 10))
    if what == "cnn":
        model = nn.Sequential(nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
                              nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
                              nn.Flatten(), nn.Linear(7 * 7 * 32, 128), nn.ReLU(), nn.Linear(128, 10))
        return model.to(memory_format=torch.channels_last) if last else model
    return Bag(sparse) if what == "mean" else Kim(sparse)


def optimizers(model, what, name, sparse, rate=None):
    if name == "momentum":
        return [torch.optim.SGD(model.parameters(), lr=rate or 0.01, momentum=0.9)]
    if name == "sgd":
        return [torch.optim.SGD(model.parameters(), lr=rate or (10 if what == "mean" else 0.1))]
    if what in ("mean", "kim") and sparse:
        rest = [p for n, p in model.named_parameters() if not n.startswith("embedding")]
        return [torch.optim.SparseAdam(list(model.embedding.parameters()), lr=0.002),
                torch.optim.Adam(rest, lr=0.002)]
    return [torch.optim.Adam(model.parameters(), lr=rate or (0.001 if what in ("mlp", "cnn") else 0.002))]


def shape(x, what, last):
    x = x.reshape(-1, 1, 28, 28) if what == "cnn" else x
    return x.to(memory_format=torch.channels_last) if last else x


def step(model, steps, loss, x, y):
    for s in steps:
        s.zero_grad()
    loss(model(x), y).backward()
    for s in steps:
        s.step()


def stretches(what, batch, name, samples, rows, flags):
    sparse, last = "dense" not in flags, "last" in flags
    x, y = images("train", rows or 60000) if what in ("mlp", "cnn") else texts(rows or 20000)
    x = shape(x, what, last)
    model, loss = network(what, sparse, last), nn.CrossEntropyLoss()
    steps = optimizers(model, what, name, sparse)
    order, at = torch.randperm(len(x)), 0
    print("ready", flush=True)
    while sys.stdin.readline():
        done, processor, wall = 0, time.process_time(), time.perf_counter()
        while done < samples:
            if at + batch > len(x):
                order, at = torch.randperm(len(x)), 0
            chosen = order[at:at + batch]
            step(model, steps, loss, x[chosen], y[chosen])
            at, done = at + batch, done + batch
        print(done, time.process_time() - processor, time.perf_counter() - wall, flush=True)


def start_as_ours(model):
    """Normal numbers by He for weights, zeros for biases."""
    for p in model.parameters():
        nn.init.kaiming_normal_(p, nonlinearity="relu") if p.dim() > 1 else nn.init.zeros_(p)


def until(what, batch, name, rate, target, seed, most, rows, flags):
    last = "last" in flags
    torch.manual_seed(seed)
    x, y = images("train", rows or 60000)
    tests, answers = images("t10k", 10000)
    x, tests = shape(x, what, last), shape(tests, what, last)
    model, loss = network(what, False, last), nn.CrossEntropyLoss()
    start_as_ours(model)
    steps = optimizers(model, what, name, False, rate)
    processor = wall = 0.0
    count, done, reached = len(x) // batch, 0, False
    for epoch in range(most):
        processor -= time.process_time()
        wall -= time.perf_counter()
        order = torch.randperm(len(x))
        for i in range(count):
            chosen = order[i * batch:(i + 1) * batch]
            step(model, steps, loss, x[chosen], y[chosen])
            done += 1
            if done * 4 // count == (done - 1) * 4 // count:
                continue
            processor += time.process_time()
            wall += time.perf_counter()
            with torch.no_grad():
                right = sum((model(tests[k:k + 500]).argmax(1) == answers[k:k + 500]).sum().item()
                            for k in range(0, len(tests), 500))
            print(f"{done / count:.2f} {right / len(tests):.4f} {processor:.4f} {wall:.4f}", flush=True)
            reached = right / len(tests) >= target
            processor -= time.process_time()
            wall -= time.perf_counter()
            if reached:
                break
        processor += time.process_time()
        wall += time.perf_counter()
        if reached:
            break
    print("reached" if reached else "missed")


def main():
    words = [a for a in sys.argv[1:] if a not in ("dense", "last", "flush") and "=" not in a]
    flags = [a for a in sys.argv[1:] if a not in words]
    torch.set_num_threads(int(next((f[8:] for f in flags if f.startswith("threads=")), "1")))
    torch.set_flush_denormal("flush" in flags)
    torch.manual_seed(1)
    if words[0] == "until":
        what, batch, name, rate, target, seed, most = words[1:8]
        until(what, int(batch), name, float(rate), float(target), int(seed), int(most),
              int(words[8]) if len(words) > 8 else 0, flags)
    else:
        stretches(words[0], int(words[1]), words[2], int(words[3]), int(words[4]) if len(words) > 4 else 0, flags)


main()
