"""The CRF against a case worked by hand, against every labelling of 200 random photos, and against z nodes."""

from itertools import combinations, product

import numpy as np
import pytest

from pipeline.errors import NotFitted
from pipeline.records import AttributeScores, Box, Detection, Relation, Scene, SceneGraph, Truth
from pipeline.stage import Examples, Resources
from stages.graph._decoding import labelled
from stages.graph._potentials import Weights, potentials
from stages.graph._weights import GRID, search
from stages.graph.crf import CRF, CRFConfig
from stages.resources.text_statistics import NONE, TextStatistics
from tests.graph.worked import energy, labellings, photo, scene, text

DOG = Detection(Box(20, 40, 40, 60), (("dog", 0.5), ("cat", 0.45)))
GRASS = Detection(Box(0, 50, 100, 100), (("grass", 0.9),), "stuff")
BROWN = AttributeScores((("brown", 0.6),))
PLAIN = AttributeScores((("brown", 0.1),))
THERE = Relation(0, 1, (("above", 0.5), ("on", 0.5)))
BACK = Relation(1, 0, (("below", 0.4),))
PHOTO = scene((DOG, GRASS), (BROWN, PLAIN), (THERE, BACK))
TEXT = text(
    {"dog": {"brown": 1, NONE: 1}, "cat": {"brown": 3, NONE: 1}, "grass": {NONE: 4}},
    {"dog": {"grass": {"on": 3}}},
)
GIVEN = CRFConfig(
    image=0.5, attribute_image=1.0, preposition_image=1.0, attribute_text=0.5, absence=0.0, detection_threshold=0.3
)


def _resources(statistics: TextStatistics) -> Resources:
    return Resources({"text_statistics": statistics})


def _graph(of: Scene, statistics: TextStatistics, weights: Weights) -> SceneGraph:
    return labelled(potentials(of, weights.detection_threshold, 8, statistics), weights)


def _predicted(config: CRFConfig, scenes: list[Scene], statistics: TextStatistics = TEXT) -> list[SceneGraph]:
    return CRF(config).fit({}, _resources(statistics)).predict(scenes, _resources(statistics))


def test_the_energy_of_a_photo_worked_by_hand() -> None:
    """Counts: dog brown 1 of 2, 4 of 10 brown over all; dog on grass 3 of 3; prior 1; N = 2, so 2/(N-1) = 2."""
    (graph,) = _predicted(GIVEN, [PHOTO])
    dog, grass = graph.nodes
    assert (dog.detection, dog.label, dog.attribute) == (0, "dog", "brown")
    assert (grass.detection, grass.label, grass.attribute) == (1, "grass", None)
    brown, none = (1 + 4 / 10) / (2 + 1), (4 + 6 / 10) / (4 + 1)
    assert dict(dog.terms) == pytest.approx(
        {"object": 0.5 * 0.5, "attribute": 0.5 * 0.6, "attribute in text": 0.25 * brown}
    )
    assert dict(grass.terms) == pytest.approx(
        {"object": 0.5 * 0.9, "attribute": 0.5 * 0.9, "attribute in text": 0.25 * none}
    )
    (edge,) = graph.edges
    assert (edge.subject, edge.preposition, edge.object) == (0, "on", 1)
    on = (3 + 0.5 * 1) / (3 + 1)  # every relation of the dog, of the grass and of all is "on"
    assert dict(edge.terms) == pytest.approx({"preposition": 2 * 0.5 * 0.5, "preposition in text": 2 * 0.25 * on})
    terms = [score for part in (*graph.nodes, *graph.edges) for _, score in part.terms]
    assert graph.energy == pytest.approx(-sum(terms))


def test_text_overrules_a_detector_in_doubt() -> None:
    doubtful = Detection(DOG.box, (("cat", 0.5), ("dog", 0.45)))
    (graph,) = _predicted(GIVEN, [scene((doubtful, GRASS), (BROWN, PLAIN), (THERE, BACK))])
    assert graph.nodes[0].label == "dog"


@pytest.mark.parametrize("seed", range(200))
def test_the_labelling_and_its_margins_equal_enumeration(seed: int) -> None:
    of, statistics, weights = photo(seed)
    every = [(energy(of, statistics, weights, objects, spoken), objects, spoken) for objects, spoken in labellings(of)]
    least = min(every, key=lambda item: item[0])
    graph = _graph(of, statistics, weights)
    assert graph.energy == pytest.approx(least[0], abs=1e-9)
    place = {node.detection: node for node in graph.nodes}
    objects = tuple(
        (place[d].label, place[d].attribute or "") if d in place else ("", "") for d in range(len(of.detections))
    )
    said = {}
    for edge in graph.edges:
        subject, other = graph.nodes[edge.subject].detection, graph.nodes[edge.object].detection
        said[min(subject, other), max(subject, other)] = (subject > other, edge.preposition)
    assert energy(of, statistics, weights, objects, said) == pytest.approx(graph.energy, abs=1e-9)
    for node in graph.nodes:
        without = min(e for e, other, _ in every if other[node.detection][0] != node.label)
        assert node.margin == pytest.approx(without - graph.energy, abs=1e-9)
    for pair, edge in zip(said, graph.edges, strict=True):
        without = min(e for e, _, spoken in every if spoken.get(pair) != said[pair])
        assert edge.margin == pytest.approx(without - graph.energy, abs=1e-9)


@pytest.mark.parametrize("seed", range(10))
def test_the_papers_z_nodes_have_the_same_minimum(seed: int) -> None:
    """One z node a pair over (label, preposition, label), tied to its nodes by forbidden combinations."""
    import pytoulbar2

    of, statistics, weights = photo(seed + 1000)
    p = potentials(of, 0.0, 8, statistics)
    b0, b1, b2, g0, g1 = weights.terms()
    network = pytoulbar2.CFN(resolution=6)
    shift, forbidden = 10.0, 1000.0
    count = len(p.sizes)
    domains = [np.flatnonzero(p.owners == owner).tolist() for owner in range(count)]
    for i, states in enumerate(domains):
        network.AddVariable(f"o{i}", range(len(states)))
        network.AddVariable(f"a{i}", range(len(p.attributes)))
        there = [bool(p.labels[s]) for s in states]
        unary = [b0 * (p.object_image[s] if t else weights.absence) for s, t in zip(states, there, strict=True)]
        network.AddFunction([f"o{i}"], [shift - u for u in unary])
        attribute = [
            shift - (b1 * p.attribute_image[i, a] + g0 * p.attribute_text[s, a] if t else 0.0)
            for (s, t), a in product(zip(states, there, strict=True), range(len(p.attributes)))
        ]
        network.AddFunction([f"o{i}", f"a{i}"], attribute)
    pairs = list(combinations(range(count), 2)) if p.prepositions else []
    for i, j in pairs:
        spoken = list(product((False, True), range(len(p.prepositions))))
        network.AddVariable(f"p{i}{j}", range(len(spoken)))
        image, z = [], list(product(range(len(domains[i])), range(len(spoken)), range(len(domains[j]))))
        network.AddVariable(f"z{i}{j}", range(len(z)))
        for turned, q in spoken:
            image.append(p.pair_weight * b2 * p.preposition_image[(j, i, q) if turned else (i, j, q)])
        costs = []
        for k, s, m in z:
            one, two, (turned, q) = domains[i][k], domains[j][m], spoken[s]
            ends = (two, one) if turned else (one, two)
            both = bool(p.labels[one]) and bool(p.labels[two])
            # psi(prep; prepFuns) counts only where both are there, so it is z's as well as the text's.
            costs.append(shift - both * (image[s] + p.pair_weight * g1 * p.preposition_text[(*ends, q)]))
        network.AddFunction([f"z{i}{j}"], costs)
        for place, name in enumerate((f"o{i}", f"p{i}{j}", f"o{j}")):
            size = (len(domains[i]), len(spoken), len(domains[j]))[place]
            ties = [0.0 if value[place] == state else forbidden for state, value in product(range(size), z)]
            network.AddFunction([name, f"z{i}{j}"], ties)
    _, cost, _ = network.Solve()
    assert cost - shift * (2 * count + len(pairs)) == pytest.approx(_graph(of, statistics, weights).energy, abs=1e-4)


def test_a_single_object_has_no_pair_term() -> None:
    (graph,) = _predicted(GIVEN, [scene((GRASS,), (PLAIN,), ())])
    assert [node.label for node in graph.nodes] == ["grass"]
    assert graph.edges == ()
    assert graph.energy == pytest.approx(-sum(score for _, score in graph.nodes[0].terms))


def test_without_objects_the_graph_is_empty() -> None:
    assert _predicted(GIVEN, [scene((), (), ())]) == [SceneGraph((), ())]
    assert _predicted(GIVEN, []) == []


def test_objects_below_the_threshold_and_beyond_the_most_are_left_out() -> None:
    faint = Detection(Box(60, 60, 70, 70), (("bird", 0.29),))
    of = scene((faint, GRASS, DOG), (PLAIN, PLAIN, BROWN), ())
    (graph,) = _predicted(GIVEN, [of])
    assert [node.detection for node in graph.nodes] == [2, 1]  # things first
    (one,) = _predicted(CRFConfig(**{**_options(GIVEN), "most_objects": 1}), [of])
    assert [node.label for node in one.nodes] == ["grass"]


def test_what_is_absent_costs_its_pairs() -> None:
    (graph,) = _predicted(CRFConfig(**{**_options(GIVEN), "absence": 10.0}), [PHOTO])
    assert graph.nodes == graph.edges == ()
    assert graph.energy == pytest.approx(-2 * 0.5 * 10.0)


def test_of_a_crowded_photo_the_surest_objects_are_labelled() -> None:
    rng = np.random.default_rng(0)
    count, names = 12, ["dog", "car", "sky", "boat", "cat"]
    scores = np.sort(rng.random((count, len(names))))[:, ::-1].tolist()
    detections = tuple(
        Detection(Box(i, i, i + 10, i + 10), tuple(zip(names, row, strict=True))) for i, row in enumerate(scores)
    )
    relations = tuple(
        Relation(i, j, (("on", float(rng.random())),)) for i in range(count) for j in range(count) if i != j
    )
    (graph,) = _predicted(GIVEN, [scene(detections, (PLAIN,) * count, relations)])
    assert len(graph.nodes) == 8
    assert len(graph.edges) == 28


def test_predicting_before_fitting_is_refused() -> None:
    with pytest.raises(NotFitted):
        CRF(CRFConfig()).predict([PHOTO], _resources(TEXT))


def test_weights_that_are_all_given_are_not_searched() -> None:
    crf = CRF(GIVEN).fit({}, _resources(TEXT))
    assert crf.weights_ == Weights(0.5, 1.0, 1.0, 0.5, 0.0, 0.3)
    assert crf.accuracy_ == 0.0


def _tune() -> Examples:
    truth = Truth(
        "photo",
        detections=(Detection(DOG.box, (("dog", 1.0),)), GRASS),
        attributes=(AttributeScores((("brown", 1.0),)), AttributeScores(())),
        relations=(Relation(0, 1, (("on", 1.0),)), Relation(1, 0, (("beneath", 1.0),))),
    )
    doubtful = Detection(DOG.box, (("cat", 0.5), ("dog", 0.45)))
    ghost = Detection(Box(80, 0, 99, 20), (("cat", 0.35),))
    of = scene((doubtful, GRASS, ghost), (BROWN, PLAIN, PLAIN), (THERE, BACK))
    return Examples([of], [truth])


def test_the_search_finds_weights_that_say_what_is_true() -> None:
    crf = CRF(CRFConfig()).fit({"tune": _tune()}, _resources(TEXT))
    assert crf.accuracy_ == 1.0
    (graph,) = crf.predict(_tune().scenes, _resources(TEXT))
    assert [(node.label, node.attribute) for node in graph.nodes] == [("dog", "brown"), ("grass", None)]
    assert [edge.preposition for edge in graph.edges] == ["on"]


def test_a_given_weight_is_kept_while_the_others_are_searched() -> None:
    crf = CRF(CRFConfig(preposition_image=7.0)).fit({"tune": _tune()}, _resources(TEXT))
    assert crf.weights_.preposition_image == 7.0
    assert crf.weights_.image in GRID["image"]


def test_where_nothing_is_annotated_captions_choose_the_weights() -> None:
    tune = _tune()
    spoken = Examples(tune.scenes, [Truth("photo", ("A brown dog is on the grass.",))])
    crf = CRF(CRFConfig()).fit({"tune": spoken}, _resources(TEXT))
    assert crf.accuracy_ == 1.0


def test_weights_that_nothing_judges_stay_as_they_are() -> None:
    found, reached = search({}, lambda threshold: [], [], lambda p, w: SceneGraph((), ()), _record([]))
    assert (found, reached) == (Weights(), 0.0)


def test_the_search_tries_b_and_g_before_a() -> None:
    tried: list[Weights] = []
    search({"absence": 0.0}, lambda threshold: [], [], lambda p, w: SceneGraph((), ()), _record(tried))
    steps = [len({getattr(w, name) for w in tried}) for name in ("detection_threshold", "image", "absence")]
    assert steps == [len(GRID["detection_threshold"]), len(GRID["image"]), 1]
    held, *bs_and_gs = tried[len(GRID["detection_threshold"]) : -len(GRID["image"])]
    assert held == Weights()
    assert len(bs_and_gs) == 4 * 5 * 4
    assert {w.image for w in bs_and_gs} == {0.5}


def _record(tried: list[Weights]) -> object:
    def progress(items: list[Weights], what: str, total: int) -> object:
        tried.extend(items)
        assert len(items) == total
        return iter(items)

    return progress


def _options(config: CRFConfig) -> dict[str, object]:
    return {name: getattr(config, name) for name in CRFConfig.__slots__}
