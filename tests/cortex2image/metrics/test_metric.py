from cortex2image.metrics.metric import distance_name, twoway_name


def test_a_single_layer_needs_no_name():
    assert twoway_name("clip", ("embeds",), "embeds") == "twoway_clip"
    assert twoway_name("cnn", ("early", "late"), "late") == "twoway_cnn_late"


def test_a_distance_bears_the_name_of_its_judge():
    assert distance_name("swav_mindeye") == "distance_swav_mindeye"
