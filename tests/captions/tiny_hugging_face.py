"""A captioner of the transformers library with random weights, small enough to be made by a test."""

from pathlib import Path
from typing import Any

import torch

WORDS = ("<pad>", "<s>", "</s>", *(f"{stem}{part}" for stem in ("dog", "cat", "grass") for part in range(6)))


def save(directory: Path) -> Any:
    """A vision encoder with a decoder of words, its tokeniser and image processor, saved; gives the model."""
    import transformers
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace

    torch.manual_seed(4)
    sees = transformers.ViTConfig(
        hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16, image_size=32, patch_size=16
    )
    special = {"pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2}
    says = transformers.GPT2Config(vocab_size=len(WORDS), n_embd=16, n_layer=1, n_head=2, n_positions=32, **special)
    both = transformers.VisionEncoderDecoderConfig.from_encoder_decoder_configs(sees, says)
    model = transformers.VisionEncoderDecoderModel(both).eval()
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.4)
    model.generation_config = transformers.GenerationConfig(decoder_start_token_id=1, **special)
    tokens = Tokenizer(WordLevel({word: place for place, word in enumerate(WORDS)}, unk_token="<pad>"))
    tokens.pre_tokenizer = Whitespace()
    tokeniser = transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokens, pad_token="<pad>", bos_token="<s>", eos_token="</s>"
    )
    for part in (model, tokeniser, transformers.ViTImageProcessor(size={"height": 32, "width": 32})):
        part.save_pretrained(directory)
    return model
