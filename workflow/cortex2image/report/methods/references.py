"""Publications that the text cites, as data: how each is cited, and its entry for BibTeX."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

CITED = re.compile(r"\[@([a-z0-9, ]+)\]")
"""A citation in a text: ``[@haxby2001]``, or several: ``[@allen2022, lin2014]``."""


@dataclass(frozen=True)
class Reference:
    """A publication.

    Attributes
    ----------
    key : str
    who, year : str
        As the text cites it: ``Takagi and Nishimoto``, ``2023``.
    authors, title, venue : str
        `authors` as BibTeX writes them.
    kind : str
        Type of the BibTeX entry: ``article``, ``inproceedings`` or ``misc``.
    """

    key: str
    who: str
    year: str
    authors: str
    title: str
    venue: str
    kind: str = "article"

    @property
    def cited(self) -> str:
        """Return ``Takagi and Nishimoto (2023)``."""
        return f"{self.who} ({self.year})"

    @property
    def line(self) -> str:
        """Return the entry of a list of references."""
        return f"{self.authors.replace(' and ', '; ')} ({self.year}). {self.title}. {self.venue}."

    @property
    def bibtex(self) -> str:
        """Return the entry for BibTeX."""
        place = {"article": "journal", "inproceedings": "booktitle"}.get(self.kind, "howpublished")
        fields = {"author": self.authors, "title": f"{{{self.title}}}", place: self.venue, "year": self.year}
        lines = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items())
        return f"@{self.kind}{{{self.key},\n{lines}}}\n"


CVPR, NEURIPS = (
    "IEEE/CVF Conference on Computer Vision and Pattern Recognition",
    "Neural Information Processing Systems",
)
_ALL = (
    Reference(
        "takagi2023",
        "Takagi and Nishimoto",
        "2023",
        "Takagi, Yu and Nishimoto, Shinji",
        "High-resolution image reconstruction with latent diffusion models from human brain activity",
        f"{CVPR}, 14453-14463",
        "inproceedings",
    ),
    Reference(
        "rombach2022",
        "Rombach et al.",
        "2022",
        "Rombach, Robin and Blattmann, Andreas and Lorenz, Dominik and Esser, Patrick and Ommer, Björn",
        "High-resolution image synthesis with latent diffusion models",
        f"{CVPR}, 10684-10695",
        "inproceedings",
    ),
    Reference(
        "radford2021",
        "Radford et al.",
        "2021",
        "Radford, Alec and Kim, Jong Wook and Hallacy, Chris and others",
        "Learning transferable visual models from natural language supervision",
        "International Conference on Machine Learning, PMLR 139, 8748-8763",
        "inproceedings",
    ),
    Reference(
        "allen2022",
        "Allen et al.",
        "2022",
        "Allen, Emily J. and St-Yves, Ghislain and Wu, Yihan and others",
        "A massive 7T fMRI dataset to bridge cognitive neuroscience and artificial intelligence",
        "Nature Neuroscience 25, 116-126",
    ),
    Reference(
        "prince2022",
        "Prince et al.",
        "2022",
        "Prince, Jacob S. and Charest, Ian and Kurzawski, Jan W. and others",
        "Improving the accuracy of single-trial fMRI response estimates using GLMsingle",
        "eLife 11, e77599",
    ),
    Reference(
        "lin2014",
        "Lin et al.",
        "2014",
        "Lin, Tsung-Yi and Maire, Michael and Belongie, Serge and others",
        "Microsoft COCO: common objects in context",
        "European Conference on Computer Vision, 740-755",
        "inproceedings",
    ),
    Reference(
        "haxby2001",
        "Haxby et al.",
        "2001",
        "Haxby, James V. and Gobbini, M. Ida and Furey, Maura L. and Ishai, Alumit and Schouten, Jennifer L. "
        "and Pietrini, Pietro",
        "Distributed and overlapping representations of faces and objects in ventral temporal cortex",
        "Science 293, 2425-2430",
    ),
    Reference(
        "chang2019",
        "Chang et al.",
        "2019",
        "Chang, Nadine and Pyles, John A. and Marcus, Austin and Gupta, Abhinav and Tarr, Michael J. and "
        "Aminoff, Elissa M.",
        "BOLD5000, a public fMRI dataset while viewing 5000 visual images",
        "Scientific Data 6, 49",
    ),
    Reference(
        "horikawa2017",
        "Horikawa and Kamitani",
        "2017",
        "Horikawa, Tomoyasu and Kamitani, Yukiyasu",
        "Generic decoding of seen and imagined objects using hierarchical visual features",
        "Nature Communications 8, 15037",
    ),
    Reference(
        "shen2019",
        "Shen et al.",
        "2019",
        "Shen, Guohua and Horikawa, Tomoyasu and Majima, Kei and Kamitani, Yukiyasu",
        "Deep image reconstruction from human brain activity",
        "PLOS Computational Biology 15, e1006633",
    ),
    Reference(
        "gorgolewski2016",
        "Gorgolewski et al.",
        "2016",
        "Gorgolewski, Krzysztof J. and Auer, Tibor and Calhoun, Vince D. and others",
        "The brain imaging data structure, a format for organizing and describing outputs of neuroimaging "
        "experiments",
        "Scientific Data 3, 160044",
    ),
    Reference(
        "esteban2019",
        "Esteban et al.",
        "2019",
        "Esteban, Oscar and Markiewicz, Christopher J. and Blair, Ross W. and others",
        "fMRIPrep: a robust preprocessing pipeline for functional MRI",
        "Nature Methods 16, 111-116",
    ),
    Reference(
        "mumford2012",
        "Mumford et al.",
        "2012",
        "Mumford, Jeanette A. and Turner, Benjamin O. and Ashby, F. Gregory and Poldrack, Russell A.",
        "Deconvolving BOLD activation in event-related designs for multivoxel pattern classification "
        "analyses",
        "NeuroImage 59, 2636-2643",
    ),
    Reference(
        "hoerl1970",
        "Hoerl and Kennard",
        "1970",
        "Hoerl, Arthur E. and Kennard, Robert W.",
        "Ridge regression: biased estimation for nonorthogonal problems",
        "Technometrics 12, 55-67",
    ),
    Reference(
        "golub1979",
        "Golub et al.",
        "1979",
        "Golub, Gene H. and Heath, Michael and Wahba, Grace",
        "Generalized cross-validation as a method for choosing a good ridge parameter",
        "Technometrics 21, 215-223",
    ),
    Reference(
        "dupre2022",
        "Dupré la Tour et al.",
        "2022",
        "Dupré la Tour, Tom and Eickenberg, Michael and Nunez-Elizalde, Anwar O. and Gallant, Jack L.",
        "Feature-space selection with banded ridge regression",
        "NeuroImage 264, 119728",
    ),
    Reference(
        "song2021",
        "Song et al.",
        "2021",
        "Song, Jiaming and Meng, Chenlin and Ermon, Stefano",
        "Denoising diffusion implicit models",
        "International Conference on Learning Representations",
        "inproceedings",
    ),
    Reference(
        "ho2020",
        "Ho et al.",
        "2020",
        "Ho, Jonathan and Jain, Ajay and Abbeel, Pieter",
        "Denoising diffusion probabilistic models",
        NEURIPS,
        "inproceedings",
    ),
    Reference(
        "liu2022",
        "Liu et al.",
        "2022",
        "Liu, Luping and Ren, Yi and Lin, Zhijie and Zhao, Zhou",
        "Pseudo numerical methods for diffusion models on manifolds",
        "International Conference on Learning Representations",
        "inproceedings",
    ),
    Reference(
        "lu2022",
        "Lu et al.",
        "2022",
        "Lu, Cheng and Zhou, Yuhao and Bao, Fan and Chen, Jianfei and Li, Chongxuan and Zhu, Jun",
        "DPM-Solver++: fast solver for guided sampling of diffusion probabilistic models",
        "arXiv:2211.01095",
        "misc",
    ),
    Reference(
        "ho2022",
        "Ho and Salimans",
        "2022",
        "Ho, Jonathan and Salimans, Tim",
        "Classifier-free diffusion guidance",
        "arXiv:2207.12598",
        "misc",
    ),
    Reference(
        "meng2022",
        "Meng et al.",
        "2022",
        "Meng, Chenlin and He, Yutong and Song, Yang and others",
        "SDEdit: guided image synthesis and editing with stochastic differential equations",
        "International Conference on Learning Representations",
        "inproceedings",
    ),
    Reference(
        "ye2023",
        "Ye et al.",
        "2023",
        "Ye, Hu and Zhang, Jun and Liu, Sibo and Han, Xiao and Yang, Wei",
        "IP-Adapter: text compatible image prompt adapter for text-to-image diffusion models",
        "arXiv:2308.06721",
        "misc",
    ),
    Reference(
        "li2022",
        "Li et al.",
        "2022",
        "Li, Junnan and Li, Dongxu and Xiong, Caiming and Hoi, Steven",
        "BLIP: bootstrapping language-image pre-training for unified vision-language understanding and "
        "generation",
        "International Conference on Machine Learning",
        "inproceedings",
    ),
    Reference(
        "ranftl2021",
        "Ranftl et al.",
        "2021",
        "Ranftl, René and Bochkovskiy, Alexey and Koltun, Vladlen",
        "Vision transformers for dense prediction",
        "IEEE/CVF International Conference on Computer Vision",
        "inproceedings",
    ),
    Reference(
        "benjamini1995",
        "Benjamini and Hochberg",
        "1995",
        "Benjamini, Yoav and Hochberg, Yosef",
        "Controlling the false discovery rate: a practical and powerful approach to multiple testing",
        "Journal of the Royal Statistical Society B 57, 289-300",
    ),
    Reference(
        "phipson2010",
        "Phipson and Smyth",
        "2010",
        "Phipson, Belinda and Smyth, Gordon K.",
        "Permutation p-values should never be zero: calculating exact p-values when permutations are "
        "randomly drawn",
        "Statistical Applications in Genetics and Molecular Biology 9, 39",
    ),
    Reference(
        "power2012",
        "Power et al.",
        "2012",
        "Power, Jonathan D. and Barnes, Kelly A. and Snyder, Abraham Z. and Schlaggar, Bradley L. and "
        "Petersen, "
        "Steven E.",
        "Spurious but systematic correlations in functional connectivity MRI networks arise from subject "
        "motion",
        "NeuroImage 59, 2142-2154",
    ),
    Reference(
        "wang2004",
        "Wang et al.",
        "2004",
        "Wang, Zhou and Bovik, Alan C. and Sheikh, Hamid R. and Simoncelli, Eero P.",
        "Image quality assessment: from error visibility to structural similarity",
        "IEEE Transactions on Image Processing 13, 600-612",
    ),
    Reference(
        "zhang2018",
        "Zhang et al.",
        "2018",
        "Zhang, Richard and Isola, Phillip and Efros, Alexei A. and Shechtman, Eli and Wang, Oliver",
        "The unreasonable effectiveness of deep features as a perceptual metric",
        f"{CVPR}, 586-595",
        "inproceedings",
    ),
    Reference(
        "fu2023",
        "Fu et al.",
        "2023",
        "Fu, Stephanie and Tamir, Netanel and Sundaram, Shobhita and others",
        "DreamSim: learning new dimensions of human visual similarity using synthetic data",
        NEURIPS,
        "inproceedings",
    ),
    Reference(
        "lin2004",
        "Lin",
        "2004",
        "Lin, Chin-Yew",
        "ROUGE: a package for automatic evaluation of summaries",
        "Text Summarization Branches Out, 74-81",
        "inproceedings",
    ),
    Reference(
        "huynhthu2008",
        "Huynh-Thu and Ghanbari",
        "2008",
        "Huynh-Thu, Quan and Ghanbari, Mohammed",
        "Scope of validity of PSNR in image/video quality assessment",
        "Electronics Letters 44, 800-801",
    ),
    Reference(
        "ozcelik2023",
        "Ozcelik and VanRullen",
        "2023",
        "Ozcelik, Furkan and VanRullen, Rufin",
        "Natural scene reconstruction from fMRI signals using generative latent diffusion",
        "Scientific Reports 13, 15666",
    ),
    Reference(
        "scotti2023",
        "Scotti et al.",
        "2023",
        "Scotti, Paul S. and Banerjee, Atmadeep and Goode, Jimmie and others",
        "Reconstructing the mind's eye: fMRI-to-image with contrastive learning and diffusion priors",
        NEURIPS,
        "inproceedings",
    ),
    Reference(
        "scotti2024",
        "Scotti et al.",
        "2024",
        "Scotti, Paul S. and Tripathy, Mihir and Torrico Villanueva, Cesar Kadir and others",
        "MindEye2: shared-subject models enable fMRI-to-image with 1 hour of data",
        "International Conference on Machine Learning",
        "inproceedings",
    ),
    Reference(
        "chen2023",
        "Chen et al.",
        "2023",
        "Chen, Zijiao and Qing, Jiaxin and Xiang, Tiange and Yue, Wan Lin and Zhou, Juan Helen",
        "Seeing beyond the brain: conditional diffusion model with sparse masked modeling for vision "
        "decoding",
        CVPR,
        "inproceedings",
    ),
    Reference(
        "kay2008",
        "Kay et al.",
        "2008",
        "Kay, Kendrick N. and Naselaris, Thomas and Prenger, Ryan J. and Gallant, Jack L.",
        "Identifying natural images from human brain activity",
        "Nature 452, 352-355",
    ),
    Reference(
        "kay2024",
        "Kay et al.",
        "2024",
        "Kay, Kendrick N. and Prince, Jacob S. and Gebhart, Thomas and others",
        "Disentangling signal and noise in neural responses through generative modeling",
        "bioRxiv",
        "misc",
    ),
    Reference(
        "shirakawa2024",
        "Shirakawa et al.",
        "2024",
        "Shirakawa, Ken and Nagano, Yoshihiro and Tanaka, Misato and others",
        "Spurious reconstruction from brain activity",
        "arXiv:2405.10078",
        "misc",
    ),
    Reference(
        "shirakawa2025",
        "Shirakawa et al.",
        "2025",
        "Shirakawa, Ken and Nagano, Yoshihiro and Tanaka, Misato and others",
        "Spurious reconstruction from brain activity",
        "Neural Networks",
    ),
    Reference(
        "molder2021",
        "Mölder et al.",
        "2021",
        "Mölder, Felix and Jablonski, Kim Philipp and Letcher, Brice and others",
        "Sustainable data analysis with Snakemake",
        "F1000Research 10, 33",
    ),
    Reference(
        "paszke2019",
        "Paszke et al.",
        "2019",
        "Paszke, Adam and Gross, Sam and Massa, Francisco and others",
        "PyTorch: an imperative style, high-performance deep learning library",
        NEURIPS,
        "inproceedings",
    ),
    Reference(
        "harris2020",
        "Harris et al.",
        "2020",
        "Harris, Charles R. and Millman, K. Jarrod and van der Walt, Stéfan J. and others",
        "Array programming with NumPy",
        "Nature 585, 357-362",
    ),
    Reference(
        "virtanen2020",
        "Virtanen et al.",
        "2020",
        "Virtanen, Pauli and Gommers, Ralf and Oliphant, Travis E. and others",
        "SciPy 1.0: fundamental algorithms for scientific computing in Python",
        "Nature Methods 17, 261-272",
    ),
    Reference(
        "abraham2014",
        "Abraham et al.",
        "2014",
        "Abraham, Alexandre and Pedregosa, Fabian and Eickenberg, Michael and others",
        "Machine learning for neuroimaging with scikit-learn",
        "Frontiers in Neuroinformatics 8, 14",
    ),
)
REFERENCES: Mapping[str, Reference] = {reference.key: reference for reference in _ALL}


def keys_in(texts: Iterable[str]) -> list[str]:
    """Return the keys that texts cite, in the order of their first citation."""
    return list(
        dict.fromkeys(key for text in texts for found in CITED.findall(text) for key in found.split(", "))
    )


def keys_of_source(source: str) -> list[str]:
    """Return the keys of the publications that a metric's source names in words."""
    plain = source.replace("(", "").replace(")", "")
    return [key for key, reference in REFERENCES.items() if f"{reference.who} {reference.year}" in plain]


def plain(text: str) -> str:
    """Return a text with its citations written out: ``(Haxby et al., 2001)``."""

    def written(match: re.Match[str]) -> str:
        found = [REFERENCES[key] for key in match[1].split(", ")]
        return f"({'; '.join(f'{r.who}, {r.year}' for r in found)})"

    return CITED.sub(written, text)


def pieces(text: str) -> list[tuple[str, Sequence[Reference]]]:
    """Return a text in pieces, each with the publications that are cited after it, for templates."""
    parts = CITED.split(text)
    words, cited = parts[::2], [*parts[1::2], None]
    return [
        (w, [REFERENCES[k] for k in c.split(", ")] if c else []) for w, c in zip(words, cited, strict=True)
    ]
