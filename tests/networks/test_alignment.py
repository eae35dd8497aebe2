"""Visual-semantic alignment against the equations of Karpathy and Fei-Fei 2015, written out in NumPy."""

from itertools import pairwise, product
from typing import Any

import numpy as np
import pytest
import torch

from pipeline.records import Image, Scene
from stages.networks.aligning import Heard, Pairs, found
from stages.networks.alignment import Alignment, ranking_loss, scores
from stages.networks.segments import segments
from tests.networks.captioner_laws import weights

torch.set_num_threads(1)
SYMBOLS, WORD, CHANNELS, SIZE = 9, 4, 6, 5
SENTENCES = [(4, 5, 6, 4), (7,), (8, 5)]


def network() -> Alignment:
    torch.manual_seed(2)
    made = Alignment(torch.randn(SYMBOLS, WORD), CHANNELS, size=SIZE, dropout=0.5)
    for parameter in made.parameters():
        torch.nn.init.normal_(parameter, std=0.6)
    made.standardise.fit(torch.randn(20, CHANNELS) + 1)
    return made.eval()


def photos() -> tuple[torch.Tensor, torch.Tensor]:
    """Three photos, the second of which has two of four regions."""
    there = torch.ones(3, 4, 1)
    there[1, 2:] = 0
    return torch.randn(3, 4, CHANNELS, generator=torch.Generator().manual_seed(1)), there


def relu(x: Any) -> Any:
    return np.maximum(x, 0)


def heard(net: Alignment, sentence: tuple[int, ...]) -> list[Any]:
    """s_t of (2)-(6)."""
    w = weights(net)

    def linear(name: str, x: Any) -> Any:
        return w[f"{name}.weight"] @ x + w[f"{name}.bias"]

    e = [relu(linear("word", w["vectors"][symbol])) for symbol in sentence]
    onward, back = [], []
    h = np.zeros(SIZE)
    for e_t in e:
        h = relu(e_t + linear("onward", h))
        onward.append(h)
    h = np.zeros(SIZE)
    for e_t in reversed(e):
        h = relu(e_t + linear("back", h))
        back.append(h)
    return [relu(linear("joined", f + b)) for f, b in zip(onward, reversed(back), strict=True)]


def expected_scores(net: Alignment) -> Any:
    """S_kl of (1) and (8)."""
    w, (regions, there) = weights(net), photos()
    table = np.zeros((3, len(SENTENCES)))
    for k, m in product(range(3), range(len(SENTENCES))):
        seen = [a for a, real in zip(regions[k].double().numpy(), there[k, :, 0], strict=True) if real]
        std = [(a - w["standardise.mean"]) * w["standardise.factor"] for a in seen]
        v = [w["region.weight"] @ a + w["region.bias"] for a in std]
        table[k, m] = sum(max(v_i @ s_t for v_i in v) for s_t in heard(net, SENTENCES[m]))
    return table


def test_words_are_heard_in_both_directions_whatever_else_is_in_the_batch() -> None:
    net = network()
    with torch.no_grad():
        words, whose = net.listen(SENTENCES)
    assert whose.tolist() == [0, 0, 0, 0, 1, 2, 2]
    np.testing.assert_allclose(words, np.concatenate([heard(net, one) for one in SENTENCES]), atol=1e-5)


def test_a_sentence_scores_by_the_best_region_of_each_word() -> None:
    net, (regions, there) = network(), photos()
    with torch.no_grad():
        found_scores = scores(net.look(regions), there, *net.listen(SENTENCES), len(SENTENCES))
        together = Heard.of(net, SENTENCES).scores(net, regions, there)
    np.testing.assert_allclose(found_scores, expected_scores(net), rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(together, found_scores, rtol=1e-5)


def test_the_loss_wants_each_photo_and_sentence_to_prefer_each_other_by_one() -> None:
    s = np.array([[3.0, 2.5, -1.0], [2.1, 2.0, 4.0], [0.0, 0.3, 0.9]])
    c = 0.0
    for k in range(3):
        c += sum(max(0, s[k, m] - s[k, k] + 1) for m in range(3)) + sum(max(0, s[m, k] - s[k, k] + 1) for m in range(3))
    assert ranking_loss(torch.from_numpy(s)).item() == pytest.approx(c)


def test_gradients_are_those_of_finite_differences() -> None:
    net, (regions, there) = network().double(), photos()

    def loss() -> torch.Tensor:
        return ranking_loss(scores(net.look(regions.double()), there, *net.listen(SENTENCES), len(SENTENCES)))

    torch.autograd.backward(loss())
    for name, parameter in net.named_parameters():
        assert parameter.grad is not None, name
        place, step = parameter.grad.abs().flatten().argmax(), 1e-6
        flat = parameter.data.view(-1)
        flat[place] += step
        above = loss().item()
        flat[place] -= 2 * step
        below = loss().item()
        flat[place] += step
        assert parameter.grad.flatten()[place].item() == pytest.approx((above - below) / (2 * step), rel=1e-4), name


@pytest.mark.parametrize("beta", [0.0, 0.4, 3.0])
def test_segments_are_the_best_of_all_labellings(beta: float) -> None:
    chance = np.random.default_rng(7)
    for words, regions in ((1, 4), (4, 3), (5, 3)):
        fit = chance.normal(size=(words, regions))

        def worth(path: tuple[int, ...], fit: Any = fit) -> float:
            return sum(fit[t, a] for t, a in enumerate(path)) + beta * sum(a == b for a, b in pairwise(path))

        best = max(product(range(regions), repeat=words), key=worth)
        assert segments(fit, beta) == best
    assert segments(np.zeros((0, 3)), beta) == ()


def test_an_epoch_has_every_sentence_once_and_no_batch_two_of_a_photo() -> None:
    said = [[(4,), (5,), (6,)], [], [(7,)], [(8,), (4, 5)]]
    batches = list(Pairs([], said).batches(2))
    assert sorted(pair for batch in batches for pair in batch) == sorted(
        (photo, ids) for photo, group in enumerate(said) for ids in group
    )
    assert all(len({photo for photo, _ in batch}) == len(batch) <= 2 for batch in batches)


def test_retrieval_is_counted_over_all_photos_and_sentences_that_are_there() -> None:
    net, (regions, there) = network(), photos()
    scenes = [Scene(Image(str(place), "", 1, 1, "")) for place in range(4)]
    said = [[SENTENCES[0]], [], [SENTENCES[1]], [SENTENCES[2]]]
    rows = {"0": 0, "2": 1, "3": 2}

    def gather(some: Any) -> tuple[torch.Tensor, ...]:
        chosen = [rows[scene.image.id] for scene in some]
        return regions[chosen], there[chosen]

    result, s = found(net, Pairs(scenes, said), gather), expected_scores(net)
    for retrieved, table in ((result.sentences, s), (result.photos, s.T)):
        ranks = [1 + sum(table[k, m] > table[k, k] for m in range(3)) for k in range(3)]
        assert retrieved.median_rank == np.median(ranks)
        assert retrieved.recall[1] == np.mean([rank <= 1 for rank in ranks])
    assert result.mean_recall == pytest.approx(
        np.mean([*result.sentences.recall.values(), *result.photos.recall.values()])
    )
