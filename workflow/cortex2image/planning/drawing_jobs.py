"""Jobs that draw pictures: what each method of reconstruction reads, and the shards that it leaves."""

from dataclasses import dataclass

from cortex2image.errors import or_end
from cortex2image.planning.files import predictions
from cortex2image.planning.study_paths import StudyPaths
from cortex2image.planning.wildcards import Wildcards
from cortex2image.study.methods import CONTROL_FITS, EXTERNAL, Method, denoising_method, ids_file
from cortex2image.study.run_methods import find_method
from cortex2image.study.series_checks import require_series
from cortex2image.study.settings import Study


@dataclass(frozen=True)
class DrawingJobs:
    """Files of the jobs that draw pictures from features; an unknown method ends planning."""

    study: Study
    paths: StudyPaths

    def decoded_of_method(self, wildcards: Wildcards) -> list[str]:
        """Return the decoded features that a method reads."""
        method = self._method(wildcards)
        return [self._decoded(method, space, wildcards.subject) for space in method.decoded]

    def identities_of_method(self, wildcards: Wildcards) -> list[str]:
        """Return the files that name the stimuli of arrays that another decoder predicted."""
        files = [file for file in self.decoded_of_method(wildcards) if file.endswith(".npy")]
        return [ids_file(file) for file in files]

    def features_of_method(self, wildcards: Wildcards) -> list[str]:
        """Return the true features that a method reads."""
        return [self.paths.layout.path("features", space=s) for s in self._method(wildcards).features]

    def pictures_of_method(self, wildcards: Wildcards) -> list[str]:
        """Return the folder of extracted pictures if a method shows pictures of the training set."""
        return self.paths.pictures if self._method(wildcards).searches else []

    def shards(self, wildcards: Wildcards) -> list[str]:
        """Return the folders of all shards of the pictures of a subject and method."""
        place = {"subject": wildcards.subject, "method": wildcards.method}
        numbers = map(str, range(self.study.reconstruct.shards))
        return [self.paths.layout.path("shard_pictures", **place, shard=number) for number in numbers]

    def lesioned(self, wildcards: Wildcards) -> list[str]:
        """Return the features decoded without regions, of every decoded space that pictures are made from."""
        spaces = or_end(lambda: denoising_method(list(self.study.decode.rois))).decoded
        return [self.paths.layout.path("lesioned", subject=wildcards.subject, space=s) for s in spaces]

    def series(self, wildcards: Wildcards) -> list[str]:
        """Return the sheet of a series of every subject; a study without a series ends planning."""
        or_end(lambda: require_series(self.study))
        return self.paths.of_all("series_sheet")

    def _decoded(self, method: Method, space: str, subject: str) -> str:
        source = method.inputs[space]
        if source == EXTERNAL:
            return predictions(method, space, subject)
        if source in CONTROL_FITS:
            return self.paths.layout.path("control_decoded", subject=subject, control=source, space=space)
        return self.paths.layout.path("decoded", subject=subject, space=space)

    def _method(self, wildcards: Wildcards) -> Method:
        return or_end(lambda: find_method(wildcards.method, self.study.reconstruct))
