"""What every neural captioner does alike as a stage: learns, speaks, is saved and loaded."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Generic, Self, TypeVar, final

from pipeline.records import Caption, Scene
from pipeline.stage import Examples, Resources, Stage
from stages.networks.options import CaptionerOptions, GridCaptionerOptions
from stages.resources.vocabulary import Vocabulary

if TYPE_CHECKING:
    from stages.networks.captioner import Captioner, Tensors
    from stages.networks.captioning import Trained

C = TypeVar("C", bound=CaptionerOptions)
G = TypeVar("G", bound=GridCaptionerOptions)


class NeuralCaptioner(Stage[C, tuple[Caption, ...]], Generic[C]):
    """A captioner is its options, its network and, where it reads more than the grid, how that becomes tensors."""

    writes: ClassVar[str] = "captions"
    fit_on: ClassVar[tuple[str, ...]] = ("train", "tune")
    fits_together: ClassVar[bool] = True
    trained_: "Trained"

    @abstractmethod
    def network(self, symbols: int, widths: Sequence[int]) -> "Captioner":
        """The network that these options mean, for so many symbols and inputs of these widths."""

    def gather(self, scenes: Sequence[Scene]) -> "Tensors":
        """What the network looks at, one row a photo."""
        from stages.networks.inputs import grid_inputs

        return grid_inputs(scenes)

    def looks_at(self) -> tuple[str, ...]:
        """The fields that `gather` makes tensors of."""
        return ("grid",)

    @final
    def reads(self) -> tuple[str, ...]:
        """What it looks at, and what says what a caption must say, which is of no use to `fit`."""
        return (*self.looks_at(), *(("graph",) if self.config.must_say else ()))

    @final
    def fit_reads(self) -> tuple[str, ...]:
        return self.looks_at()

    def uses(self) -> tuple[str, ...]:
        return ("vocabulary", "idf")

    def fit(self, examples: Mapping[str, Examples], resources: Resources) -> Self:
        from stages.networks.captioning import fit_captioner

        self.trained_ = fit_captioner(self.network, self.gather, examples, resources, self.config, self.runtime)
        return self

    def predict(self, scenes: Sequence[Scene], resources: Resources) -> list[tuple[Caption, ...]]:
        from stages.networks.captioning import predict_captions

        vocabulary = resources.of(Vocabulary)
        return predict_captions(self.trained_, self.gather, scenes, vocabulary, self.config, self.runtime)

    @property
    def parameters(self) -> int:
        return sum(learned.numel() for learned in self.trained_.network.parameters())

    def save_state(self, directory: Path) -> None:
        self.trained_.save(directory)

    def load_state(self, directory: Path) -> Self:
        from stages.networks.captioning import Trained

        self.trained_ = Trained.load(directory, self.network, self.config.members)
        return self


class GridCaptioner(NeuralCaptioner[G], Generic[G]):
    """A captioner that looks at a grid and nothing else, or at maps, of which it makes a grid by a tail of its own.

    Raises:
        BadData: for maps that are not of a cut of the packaged backbone.
    """

    @abstractmethod
    def over_grid(self, symbols: int, channels: int) -> "Captioner":
        """The network that these options mean, for so many symbols and annotation vectors of so many channels."""

    def network(self, symbols: int, widths: Sequence[int]) -> "Captioner":
        (channels,), options = widths, self.config
        if not options.fine_tune:
            return self.over_grid(symbols, channels)
        from stages.networks.eyes import Eyes
        from stages.vision.cuts import FEATURES, cut_of, tail

        network = self.over_grid(symbols, FEATURES)
        network.eyes = Eyes(tail(cut_of(channels)), options.fine_tune_share, options.fine_tune_from)
        return network

    def gather(self, scenes: Sequence[Scene]) -> "Tensors":
        from stages.networks.inputs import grid_inputs, map_inputs

        return map_inputs(scenes) if self.config.fine_tune else grid_inputs(scenes)

    def looks_at(self) -> tuple[str, ...]:
        return ("maps",) if self.config.fine_tune else ("grid",)
