from cortex2image.models.card import model_card


def test_the_card_states_what_was_measured():
    steps = {f"{name}_steps": 100 + i for i, name in enumerate(("autoencoder", "clip", "judge", "unet"))}
    card = model_card(
        [("vae", "AutoencoderKL", "64 to 16", 1234567)],
        [{"part": "judge", "measure": "object", "n": "64", "value": "0.9123"}],
        {"seed": 42, "training_scenes": 50, "words": "96 words", "remarks": "Cut short.", **steps},
    )
    assert "| `vae` | AutoencoderKL | 64 to 16 | 1,234,567 |" in card
    assert "| judge | object | 64 | 0.9123 |" in card
    assert "50 scenes of split `train`, seed 42" in " ".join(card.split())
    assert all(f"{value}" in card for value in steps.values())
    assert "Cut short." in card
    assert "{" not in card
