"""The architectures of judge networks by the name under which they are trained and registered."""

from cortex2image.judges.cnn import JudgeCNN
from cortex2image.judges.network import JudgeNetwork
from cortex2image.judges.residual import JudgeResidual

ARCHITECTURES: dict[str, type[JudgeNetwork]] = {"cnn": JudgeCNN, "residual": JudgeResidual}
