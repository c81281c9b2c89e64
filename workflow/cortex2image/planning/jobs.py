"""The jobs of a study for the rules, each subject in a module of its own.

Snakemake calls most of their methods with the wildcards of a job (`planning.wildcards`).
"""

from pathlib import Path

from cortex2image.networks.registry import model_set
from cortex2image.planning.chosen_metrics import require_metrics
from cortex2image.planning.drawing_jobs import DrawingJobs
from cortex2image.planning.encoding_jobs import EncodingJobs
from cortex2image.planning.evaluation_jobs import EvaluationJobs
from cortex2image.planning.feature_jobs import FeatureJobs
from cortex2image.planning.files import StudyFiles, model_sums
from cortex2image.planning.job_settings import JobSettings
from cortex2image.planning.requirements import require_full_shards, require_networks
from cortex2image.planning.resources import Resources
from cortex2image.planning.study_paths import StudyPaths
from cortex2image.planning.wildcards import Wildcards
from cortex2image.study.readers import READERS
from cortex2image.study.settings import Study
from cortex2image.tables.paths import Layout


class Jobs:
    """The jobs of one study, and the files that they start from.

    Attributes
    ----------
    study : Study
    model_set : ModelSet
    reader : Reader
        Facts of the reader of the data set.
    layout : Layout
        Paths of the files of the study; a path keeps its wildcards.
    paths : StudyPaths
        Paths of every subject, region or method.
    files : StudyFiles
        Files of the data set.
    resources : Resources
        Memory, time and threads.
    settings : JobSettings
        What jobs are told, and what makes them run again.
    features, encoding, drawing, evaluation : FeatureJobs, EncodingJobs, DrawingJobs, EvaluationJobs
        Inputs of the jobs of each phase.

    Raises
    ------
    ConfigError
        The model set lacks a network, a judge or a layer that the study needs, or there are more shards than
        test stimuli.
    """

    def __init__(self, study: Study, training_file: Path):
        self.study = study
        self.model_set = model_set(study.models.set, study.models.folder)
        self.reader = READERS[study.dataset.reader]
        self.layout = Layout(study.study)
        self.paths = StudyPaths(study, self.layout)
        self.files = StudyFiles(study)
        self.resources = Resources(study, self.model_set)
        self.settings = JobSettings(study, training_file)
        self.features = FeatureJobs(study, self.model_set, self.paths, self.resources)
        self.encoding = EncodingJobs(study, self.layout)
        self.drawing = DrawingJobs(study, self.paths)
        self.evaluation = EvaluationJobs(study, self.paths)
        require_networks(study, self.model_set)
        require_full_shards(study)
        require_metrics(study, self.model_set)

    def dataset_files(self, wildcards: Wildcards) -> list[str]:
        """Return the files of the data set that trials and betas of a subject are made of."""
        return self.files.recorded(wildcards.subject)

    def stimuli_files(self, wildcards: Wildcards) -> list[str]:
        """Return the files of the data set that hold pictures, captions and their sources."""
        return self.files.of_stimuli()

    def events_files(self, wildcards: Wildcards) -> list[str]:
        """Return the files that say which stimuli any subject saw."""
        return self.files.events()

    def pictures_state(self, wildcards: Wildcards) -> str:
        """Return a text that changes with any picture of the user."""
        return self.files.pictures_state()

    def released_ncsnr(self, wildcards: Wildcards) -> list[str]:
        """Return the files of a subject's released noise ceilings, none if the study does not use them."""
        return self.files.released_ncsnr(wildcards.subject)

    def to_mni(self, wildcards: Wildcards) -> list[str]:
        """Return the file of a subject's matrix to MNI152, none in a study without."""
        return self.files.to_mni(wildcards.subject)

    def model_sums(self, wildcards: Wildcards) -> str:
        """Return the path of the model set's SHA256SUMS; missing files end planning."""
        return model_sums(self.model_set)
