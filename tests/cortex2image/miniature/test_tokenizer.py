import pytest

from cortex2image.miniature.tokenizer import LENGTH, build_tokenizer, token_ids, vocabulary
from cortex2image.scenes.captions import captions, words
from cortex2image.scenes.scene import sample_scene


@pytest.fixture(scope="module")
def tokenizer():
    return build_tokenizer(words())


def test_the_vocabulary_is_the_same_for_any_order_of_words():
    assert vocabulary(words()) == vocabulary(words()[::-1])


def test_each_known_word_is_one_token(tokenizer):
    for word in words():
        assert tokenizer.tokenize(word) == [f"{word}</w>"]


def test_an_unknown_word_falls_apart_and_nothing_is_lost(tokenizer):
    pieces = tokenizer.tokenize("a zebra")
    assert len(pieces) > 2
    assert "".join(pieces).replace("</w>", " ").strip() == "a zebra"


def test_captions_fit_and_are_padded_with_the_end_token(tokenizer):
    texts = [text for i in range(200) for text in captions(sample_scene(0, "train", i))]
    rows = token_ids(tokenizer, texts)
    assert {len(row) for row in rows} == {LENGTH}
    assert all(tokenizer.eos_token_id in row for row in rows)
    assert all(row[0] == tokenizer.bos_token_id for row in rows)


def test_it_reads_back_from_disk_with_the_ordinary_class(tokenizer, tmp_path):
    from transformers import CLIPTokenizer

    tokenizer.save_pretrained(str(tmp_path))
    again = CLIPTokenizer.from_pretrained(tmp_path, local_files_only=True)
    assert token_ids(again, ["a red cat in the snow"]) == token_ids(tokenizer, ["a red cat in the snow"])
    assert again.model_max_length == LENGTH
