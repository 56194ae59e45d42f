"""The catalogue of the Hub that the tests see: models as data. Ids are of well known models or invented."""

from dataclasses import dataclass
from typing import Literal

LONG_CARD, HOSTILE_CARD = "long", "hostile"
HOSTILE = "\x1b[31mred\x1b[0m\x1b]52;c;cm0gLXJm\x07 [bold]markup[/bold] [link=file:///etc]x[/link] \u202edroffart\u202c\u2066\u200b\x00"
"""Text that drives a terminal, steals its clipboard, turns the writing round and is markup."""


@dataclass(frozen=True)
class Offer:
    """A provider's row of a model's mapping. `id` "" is the model's own id in lower case; `task` "" its type."""

    provider: str
    status: str = "live"
    id: str = ""
    task: str = ""


@dataclass(frozen=True)
class Listed:
    """A model as the Hub knows it. `parameters` is their number, None where it has no safetensors."""

    id: str
    tag: str
    downloads: int
    likes: int
    offers: tuple[Offer, ...] = ()
    licence: str = "apache-2.0"
    library: str | None = "transformers"
    languages: tuple[str, ...] = ("en",)
    parameters: int | None = None
    gated: Literal[False, "auto", "manual"] = False
    private: bool = False
    tags: tuple[str, ...] = ()
    card: str | None = ""
    """The body of the card: "" makes one, "long" is of 200 KB, "hostile" carries such text, None is no README.md."""
    labels: tuple[str, ...] = ()
    """The classes that a classifier answers with, the best first."""

    @property
    def revision(self) -> str:
        """The commit of `main`, 40 hex digits, made of the id."""
        return self.id.encode().hex().ljust(40, "0")[-40:]

    def offer(self, provider: str) -> Offer | None:
        return next((offer for offer in self.offers if offer.provider == provider), None)

    def provider_id(self, offer: Offer) -> str:
        return offer.id or (self.id if offer.provider == "hf-inference" else self.id.lower())


HF, HF_ERROR, HF_STAGING = Offer("hf-inference"), Offer("hf-inference", "error"), Offer("hf-inference", "staging")


def by(*providers: str, task: str = "") -> tuple[Offer, ...]:
    """Live rows of `providers`; ``name=status`` is another state."""
    rows = (name.partition("=") for name in providers)
    return tuple(Offer(name, status or "live", task=task) for name, _, status in rows)


def chat(*providers: str) -> tuple[Offer, ...]:
    return by(*providers, task="conversational")


M = 1_000_000
B = 1_000 * M
MOODS, FEELINGS = ("POSITIVE", "NEGATIVE"), ("joy", "surprise", "neutral", "sadness", "anger", "fear")
THINGS = ("tabby, tabby cat", "Egyptian cat", "tiger cat", "lynx, catamount", "remote control, remote")

TEXT = (
    Listed("distilbert/distilbert-base-uncased-finetuned-sst-2-english", "text-classification", 4_800_000, 820, (HF,), parameters=67 * M, labels=MOODS),
    Listed("cardiffnlp/twitter-roberta-base-sentiment-latest", "text-classification", 3_100_000, 740, (HF,), "cc-by-4.0", parameters=125 * M, labels=("positive", "neutral", "negative")),
    Listed("ProsusAI/finbert", "text-classification", 2_400_000, 980, (HF_ERROR,), "other", parameters=110 * M, labels=("positive", "negative", "neutral")),
    Listed("j-hartmann/emotion-english-distilroberta-base", "text-classification", 900_000, 410, (HF,), "mit", parameters=82 * M, labels=FEELINGS),
    Listed("nlptown/bert-base-multilingual-uncased-sentiment", "text-classification", 1_500_000, 390, (), "mit", languages=("en", "nl", "de", "fr", "it", "es"), parameters=167 * M),
    Listed("acme/gated-sentiment", "text-classification", 5_000, 12, (HF,), "acme-community", parameters=300 * M, gated="auto", labels=MOODS),
    Listed("acme/internal-sentiment", "text-classification", 10, 1, (HF,), "other", private=True, labels=MOODS),
    Listed("hostile/markup-in-everything", "text-classification", 3, 0, (HF_STAGING,), f"mit{HOSTILE}", languages=(f"en{HOSTILE}",), tags=(HOSTILE,), card=HOSTILE_CARD, labels=(f"POSITIVE{HOSTILE}", "NEGATIVE")),
    Listed("dslim/bert-base-NER", "token-classification", 2_200_000, 640, (HF,), "mit", parameters=108 * M),
    Listed("Jean-Baptiste/camembert-ner", "token-classification", 300_000, 110, (HF,), "mit", languages=("fr",), parameters=110 * M),
    Listed("acme/private-ner", "token-classification", 12, 0, (HF,), private=True),
    Listed("facebook/bart-large-mnli", "zero-shot-classification", 2_900_000, 1_450, (HF,), "mit", parameters=407 * M),
    Listed("MoritzLaurer/deberta-v3-large-zeroshot-v2.0", "zero-shot-classification", 250_000, 120, (HF,), "mit", parameters=435 * M),
    Listed("facebook/bart-large-cnn", "summarization", 3_300_000, 1_400, (HF,), "mit", parameters=406 * M, card=LONG_CARD),
    Listed("google/pegasus-xsum", "summarization", 150_000, 210, (HF,), parameters=570 * M),
    Listed("sshleifer/distilbart-cnn-12-6", "summarization", 800_000, 300, (HF_ERROR,)),
    Listed("acme/gated-summaries", "summarization", 900, 4, (HF,), "acme-community", gated="manual"),
    Listed("google-t5/t5-small", "translation", 2_500_000, 480, (HF,), languages=("en", "fr", "de", "ro"), parameters=60 * M),
    Listed("Helsinki-NLP/opus-mt-en-de", "translation", 400_000, 60, (HF,), "cc-by-4.0", languages=("en", "de")),
    Listed("facebook/nllb-200-distilled-600M", "translation", 600_000, 700, (), "cc-by-nc-4.0", languages=("en", "fr", "de", "zh")),
    Listed("deepset/roberta-base-squad2", "question-answering", 1_100_000, 900, (HF,), "cc-by-4.0", parameters=124 * M),
    Listed("distilbert/distilbert-base-cased-distilled-squad", "question-answering", 300_000, 230, (HF,), parameters=65 * M),
    Listed("google/tapas-base-finetuned-wtq", "table-question-answering", 60_000, 220, (HF,), parameters=111 * M),
    Listed("microsoft/tapex-base", "table-question-answering", 9_000, 40, (HF_ERROR,), "mit"),
    Listed("scikit-learn/wine-quality", "tabular-classification", 500, 12, (HF,), "mit", "sklearn"),
    Listed("acme/iris-trees", "tabular-classification", 40, 1, (HF,), "bsd-3-clause", "sklearn"),
    Listed("scikit-learn/fish-weight", "tabular-regression", 300, 5, (HF,), "mit", "sklearn"),
    Listed("acme/house-prices", "tabular-regression", 20, 0, (), "mit", "sklearn"),
    Listed("sentence-transformers/all-MiniLM-L6-v2", "sentence-similarity", 9_900_000, 3_900, (HF,), library="sentence-transformers", parameters=23 * M, tags=("feature-extraction", "sentence-similarity")),
    Listed("BAAI/bge-m3", "sentence-similarity", 5_500_000, 2_300, (HF,), "mit", "sentence-transformers", ("multilingual",), 568 * M, tags=("feature-extraction", "sentence-similarity")),
    Listed("intfloat/multilingual-e5-large", "feature-extraction", 3_100_000, 1_000, (HF, *by("together", "deepinfra")), "mit", "sentence-transformers", ("multilingual",), 560 * M, tags=("feature-extraction",)),
    Listed("Qwen/Qwen3-Embedding-8B", "feature-extraction", 700_000, 420, by("scaleway", "deepinfra"), library="sentence-transformers", parameters=8 * B),
    Listed("google-bert/bert-base-uncased", "fill-mask", 9_000_000, 2_300, (HF,), parameters=110 * M),
    Listed("FacebookAI/xlm-roberta-base", "fill-mask", 8_000_000, 700, (HF,), "mit", languages=("multilingual",), parameters=279 * M),
)  # fmt: skip

CHAT = (
    Listed("meta-llama/Llama-3.1-8B-Instruct", "text-generation", 6_000_000, 4_600, (*chat("groq", "together", "fireworks-ai", "novita", "deepinfra", "cerebras", "nscale", "scaleway", "ovhcloud=error"),), "llama3.1", parameters=8 * B, gated="manual", tags=("conversational",)),
    Listed("Qwen/Qwen3-8B", "text-generation", 3_000_000, 700, chat("featherless-ai", "nscale", "fireworks-ai", "ovhcloud", "publicai"), parameters=8 * B, tags=("conversational",)),
    Listed("HuggingFaceTB/SmolLM3-3B", "text-generation", 900_000, 800, (Offer("hf-inference", task="conversational"),), parameters=3 * B, tags=("conversational",)),
    Listed("openai/gpt-oss-20b", "text-generation", 7_000_000, 3_500, chat("together", "groq", "cohere=staging", "baseten", "cerebras"), parameters=20 * B, tags=("conversational",)),
    Listed("zai-org/GLM-4.6", "text-generation", 100_000, 900, chat("zai-org", "novita"), "mit", languages=("en", "zh"), parameters=357 * B, tags=("conversational",)),
    Listed("CohereLabs/c4ai-command-r7b-12-2024", "text-generation", 80_000, 400, chat("cohere"), "cc-by-nc-4.0", parameters=8 * B, gated="auto", tags=("conversational",)),
    Listed("openai-community/gpt2", "text-generation", 9_000_000, 2_900, (HF,), "mit", parameters=124 * M),
    Listed("acme/completer-1b", "text-generation", 5_000, 9, by("together", "novita", "deepinfra", "featherless-ai", task="text-generation"), parameters=1 * B),
    Listed("Qwen/Qwen2.5-VL-7B-Instruct", "image-text-to-text", 3_800_000, 1_300, chat("hf-inference", "together", "novita"), parameters=8 * B, tags=("conversational",)),
    Listed("google/gemma-3-12b-it", "image-text-to-text", 1_900_000, 600, chat("featherless-ai", "deepinfra"), "gemma", parameters=12 * B, gated="manual", tags=("conversational",)),
    Listed("zai-org/GLM-4.5V", "image-text-to-text", 90_000, 700, chat("zai-org", "novita=error"), "mit", parameters=108 * B, tags=("conversational",)),
)  # fmt: skip

PICTURES = (
    Listed("google/vit-base-patch16-224", "image-classification", 4_000_000, 850, (HF,), parameters=86 * M, labels=THINGS),
    Listed("microsoft/resnet-50", "image-classification", 700_000, 430, (HF,), parameters=25 * M, labels=THINGS),
    Listed("Falconsai/nsfw_image_detection", "image-classification", 20_000_000, 900, (HF_ERROR,), labels=("normal", "nsfw")),
    Listed("acme/birds-gated", "image-classification", 800, 3, (HF,), "acme-community", gated="auto", labels=("robin", "wren")),
    Listed("openai/clip-vit-large-patch14", "zero-shot-image-classification", 8_000_000, 1_900, (HF,), "mit", parameters=428 * M),
    Listed("google/siglip-so400m-patch14-384", "zero-shot-image-classification", 1_000_000, 600, (), parameters=878 * M),
    Listed("facebook/detr-resnet-50", "object-detection", 900_000, 900, (HF,), parameters=42 * M, labels=("cat", "remote", "couch")),
    Listed("hustvl/yolos-tiny", "object-detection", 300_000, 280, (HF,), parameters=6 * M, labels=("cat", "remote")),
    Listed("PekingU/rtdetr_r50vd", "object-detection", 80_000, 40, (HF_STAGING,), labels=("cat",)),
    Listed("nvidia/segformer-b0-finetuned-ade-512-512", "image-segmentation", 300_000, 160, (HF,), "other", parameters=4 * M, labels=("wall", "cat")),
    Listed("briaai/RMBG-2.0", "image-segmentation", 400_000, 900, by("fal-ai"), "cc-by-nc-4.0", parameters=220 * M, gated="auto"),
    Listed("facebook/mask2former-swin-large-coco-panoptic", "image-segmentation", 90_000, 40, (HF_ERROR,), "other", labels=("cat",)),
    Listed("ZhengPeng7/BiRefNet", "image-segmentation", 700_000, 400, by("fal-ai"), "mit", parameters=220 * M),
    Listed("Salesforce/blip-image-captioning-base", "image-to-text", 2_000_000, 700, (HF,), "bsd-3-clause", parameters=247 * M),
    Listed("nlpconnect/vit-gpt2-image-captioning", "image-to-text", 800_000, 900, (HF_ERROR,)),
    Listed("microsoft/trocr-base-printed", "image-to-text", 200_000, 180, (), "mit", parameters=333 * M),
    Listed("dandelin/vilt-b32-finetuned-vqa", "visual-question-answering", 90_000, 420, (HF,), parameters=118 * M),
    Listed("Salesforce/blip-vqa-base", "visual-question-answering", 300_000, 180, (), "bsd-3-clause", parameters=385 * M),
    Listed("impira/layoutlm-document-qa", "document-question-answering", 30_000, 1_100, (HF,), "mit", parameters=127 * M),
    Listed("naver-clova-ix/donut-base-finetuned-docvqa", "document-question-answering", 40_000, 240, (HF_STAGING,), "mit"),
    Listed("black-forest-labs/FLUX.1-dev", "text-to-image", 1_800_000, 11_000, (Offer("hf-inference"), Offer("fal-ai", id="fal-ai/flux/dev"), *by("replicate", "together", "nscale", "wavespeed=staging")), "other", "diffusers", gated="auto"),
    Listed("black-forest-labs/FLUX.1-schnell", "text-to-image", 1_500_000, 4_000, (Offer("together"), Offer("fal-ai", id="fal-ai/flux/schnell"), *by("replicate", "nscale", "wavespeed")), library="diffusers"),
    Listed("stabilityai/stable-diffusion-xl-base-1.0", "text-to-image", 2_300_000, 6_800, (HF, Offer("replicate", id="stability-ai/sdxl:7762fd07cf82")), "openrail++", "diffusers"),
    Listed("zai-org/GLM-Image", "text-to-image", 9_000, 80, by("zai-org"), "mit", "diffusers"),
    Listed("timbrooks/instruct-pix2pix", "image-to-image", 100_000, 1_100, (HF,), "mit", "diffusers"),
    Listed("black-forest-labs/FLUX.1-Kontext-dev", "image-to-image", 400_000, 2_700, (Offer("fal-ai", id="fal-ai/flux-kontext/dev"), *by("replicate", "together", "wavespeed")), "other", "diffusers", gated="auto"),
    Listed("Qwen/Qwen-Image-Edit", "image-to-image", 200_000, 2_200, (Offer("fal-ai", id="fal-ai/qwen-image-edit"), *by("replicate", "together", "wavespeed")), library="diffusers"),
)  # fmt: skip

SOUND_AND_VIDEO = (
    Listed("Wan-AI/Wan2.2-T2V-A14B", "text-to-video", 50_000, 300, (Offer("fal-ai", id="fal-ai/wan/v2.2-a14b/text-to-video"), *by("replicate", "novita", "wavespeed", "together")), library="diffusers"),
    Listed("tencent/HunyuanVideo", "text-to-video", 9_000, 2_000, (Offer("fal-ai", id="fal-ai/hunyuan-video"), *by("novita=error")), "other", "diffusers"),
    Listed("Wan-AI/Wan2.2-I2V-A14B", "image-to-video", 40_000, 400, (Offer("fal-ai", id="fal-ai/wan/v2.2-a14b/image-to-video"), *by("together", "wavespeed")), library="diffusers"),
    Listed("Lightricks/LTX-Video", "image-to-video", 300_000, 1_900, (Offer("fal-ai", id="fal-ai/ltx-video-13b-dev/image-to-video"),), "other", "diffusers"),
    Listed("hexgrad/Kokoro-82M", "text-to-speech", 2_900_000, 5_000, (Offer("fal-ai", id="fal-ai/kokoro/american-english"), *by("replicate", "together", "deepinfra")), library="kokoro", parameters=82 * M),
    Listed("facebook/mms-tts-eng", "text-to-speech", 70_000, 150, (HF,), "cc-by-nc-4.0", parameters=36 * M),
    Listed("acme/flac-voice", "text-to-speech", 90, 2, (HF,), "mit", parameters=20 * M, tags=("flac",)),
    Listed("ResembleAI/chatterbox", "text-to-speech", 500_000, 1_100, (Offer("fal-ai", "error", "fal-ai/chatterbox/text-to-speech"),), "mit", "chatterbox"),
    Listed("openai/whisper-large-v3", "automatic-speech-recognition", 4_700_000, 4_700, (HF, Offer("fal-ai", id="fal-ai/whisper"), *by("replicate", "deepinfra")), languages=("en", "de", "fr"), parameters=1_550 * M),
    Listed("openai/whisper-large-v3-turbo", "automatic-speech-recognition", 4_000_000, 2_500, (HF, Offer("fal-ai", id="fal-ai/wizper")), "mit", parameters=809 * M),
    Listed("facebook/wav2vec2-base-960h", "automatic-speech-recognition", 1_500_000, 380, (), parameters=94 * M),
    Listed("MIT/ast-finetuned-audioset-10-10-0.4593", "audio-classification", 700_000, 320, (HF,), "bsd-3-clause", parameters=87 * M, labels=("Speech", "Music", "Silence")),
    Listed("superb/hubert-large-superb-er", "audio-classification", 60_000, 40, (HF_ERROR,), labels=("neu", "hap", "ang")),
    Listed("speechbrain/sepformer-wham", "audio-to-audio", 20_000, 90, (HF,), library="speechbrain", labels=("label_0", "label_1")),
    Listed("speechbrain/metricgan-plus-voicebank", "audio-to-audio", 9_000, 60, (HF,), library="speechbrain", labels=("label_0",)),
)  # fmt: skip

NOT_SERVED = (
    Listed("depth-anything/Depth-Anything-V2-Large-hf", "depth-estimation", 300_000, 60, (), "cc-by-nc-4.0", parameters=335 * M),
    Listed("Intel/dpt-large", "depth-estimation", 200_000, 200, (), parameters=342 * M),
    Listed("MCG-NJU/videomae-base-finetuned-kinetics", "video-classification", 60_000, 40, (), "cc-by-nc-4.0"),
    Listed("facebook/sam-vit-huge", "mask-generation", 200_000, 180, (), parameters=641 * M),
    Listed("acme/no-card", "mask-generation", 2, 0, (), card=None),
)  # fmt: skip

MODELS = (*TEXT, *CHAT, *PICTURES, *SOUND_AND_VIDEO, *NOT_SERVED)

HOSTILE_MODELS = (
    Listed(f"hostile/{HOSTILE}", "text-classification", 99_000_000, 9, (HF,), labels=MOODS),
    Listed("hostile/../../../etc/passwd", "text-classification", 98_000_000, 9, (HF,), labels=MOODS),
    Listed("hostile/" + "long" * 500, "text-classification", 97_000_000, 9, (HF,), labels=MOODS),
)
"""No Hub has such ids. They head their list, so that whoever shows it shows them; a test adds them to MODELS."""
