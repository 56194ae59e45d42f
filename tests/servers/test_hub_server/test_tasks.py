"""Each task of hf-inference through the real AsyncInferenceClient; every answer tells what went in."""

from typing import Any

import puremagic
import pytest
from huggingface_hub.errors import HfHubHTTPError

from tests.servers.hub import HubServer, made, picture
from tests.servers.media import wav

# The client hands raw bytes over in a way that its HTTP library would have otherwise.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")

PICTURE, SOUND = picture(80, 60), wav(0.5)


async def test_texts_are_classified(clients: Any) -> None:
    client = clients()
    sst = "distilbert/distilbert-base-uncased-finetuned-sst-2-english"
    assert (await client.text_classification("I hate it", model=sst))[0].label == "NEGATIVE"
    assert (await client.text_classification("I love it", model=sst, top_k=1))[0].label == "POSITIVE"
    zero = await client.zero_shot_classification(
        "a film about ships", ["food", "ships"], model="facebook/bart-large-mnli"
    )
    assert [row.label for row in zero] == ["ships", "food"]
    found = await client.token_classification("my friend Ada Lovelace in London", model="dslim/bert-base-NER")
    assert [(row.word, row.start, row.end) for row in found] == [("Ada Lovelace", 10, 22), ("London", 26, 32)]
    filled = await client.fill_mask("a [MASK] day", model="google-bert/bert-base-uncased", top_k=2)
    assert [row.sequence for row in filled] == ["a good day", "a new day"]


async def test_texts_are_rewritten(clients: Any) -> None:
    client = clients()
    assert (await client.summarization("First. Second.", model="facebook/bart-large-cnn")).summary_text == "First."
    there = await client.translation("Good day", model="google-t5/t5-small", src_lang="en", tgt_lang="fr")
    assert there.translation_text == "(fr) Good day"
    assert await client.text_generation("Once upon", model="openai-community/gpt2") == "upon and so on."
    stream = await client.text_generation("Once upon", model="openai-community/gpt2", stream=True)
    assert "".join([piece async for piece in stream]) == "upon and so on."


async def test_questions_are_answered_from_texts_and_tables(clients: Any) -> None:
    client = clients()
    context = "The sky is blue. The grass is green."
    found = await client.question_answering("What is green?", context, model="deepset/roberta-base-squad2")
    assert context[found.start : found.end] == found.answer == "The grass is green"
    table = {"name": ["Ada", "Bob"], "age": ["36", "41"]}
    cell = await client.table_question_answering(
        table, "What is the age of Bob?", model="google/tapas-base-finetuned-wtq"
    )
    assert (cell.answer, cell.coordinates) == ("41", [[1, 1]])
    numbers = {"a": ["1", "7"], "b": ["2", "8"]}
    assert await client.tabular_classification(numbers, model="scikit-learn/wine-quality") == ["low", "high"]


async def test_texts_become_vectors(clients: Any) -> None:
    client = clients()
    model = "sentence-transformers/all-MiniLM-L6-v2"
    assert await client.sentence_similarity("red car", ["a red car", "fish"], model=model) == [0.6667, 0.0]
    one = await client.feature_extraction("red car", model=model)
    two = await client.feature_extraction(["car red", "fish"], model=model, normalize=True)
    assert one.shape == (8,) and two.shape == (2, 8) and (one == two[0]).all()


async def test_pictures_are_described(clients: Any, led: HubServer) -> None:
    client = clients()
    assert (await client.image_classification(PICTURE, model="google/vit-base-patch16-224", top_k=1))[
        0
    ].label == "tabby, tabby cat"
    boxes = await client.object_detection(PICTURE, model="facebook/detr-resnet-50")
    assert [(row.label, row.box.xmax, row.box.ymax) for row in boxes] == [
        ("cat", 40, 30),
        ("remote", 20, 30),
        ("couch", 10, 30),
    ]
    few = await client.object_detection(PICTURE, model="facebook/detr-resnet-50", threshold=0.8)
    assert [row.label for row in few] == ["cat"]
    raw, encoded = led.to("infer/*/object-detection")
    assert raw.raw == PICTURE and encoded.body["parameters"] == {"threshold": 0.8}
    masks = await client.image_segmentation(PICTURE, model="nvidia/segformer-b0-finetuned-ade-512-512")
    assert [(row.label, row.mask.size) for row in masks] == [("wall", (80, 60)), ("cat", (80, 60))]
    text = await client.image_to_text(PICTURE, model="Salesforce/blip-image-captioning-base")
    assert text.generated_text == "a picture of 80 x 60 pixels"
    seen = await client.visual_question_answering(PICTURE, "How large?", model="dandelin/vilt-b32-finetuned-vqa")
    assert [row.answer for row in seen] == ["a picture of 80 x 60 pixels", "How large?"]
    read = await client.document_question_answering(PICTURE, "What total?", model="impira/layoutlm-document-qa")
    assert read[0].answer == "total 80x60"
    labels = await client.zero_shot_image_classification(PICTURE, ["cat", "dog"], model="openai/clip-vit-large-patch14")
    assert [row.label for row in labels] == ["cat", "dog"]


async def test_pictures_are_made_and_changed(clients: Any, led: HubServer) -> None:
    client = clients()
    made_one = await client.text_to_image(
        "a ship", model="stabilityai/stable-diffusion-xl-base-1.0", width=32, height=16
    )
    assert made_one.size == (32, 16) and made_one.info["prompt"] == "a ship"
    assert led.to("infer/*/text-to-image")[0].headers["accept"] == "image/png"
    other = await client.image_to_image(
        PICTURE, prompt="older", model="timbrooks/instruct-pix2pix", target_size={"width": 20, "height": 10}
    )
    assert other.size == (20, 10) and other.info["prompt"] == "older"


async def test_sounds_are_made_heard_and_taken_apart(clients: Any) -> None:
    client = clients()
    speech = await client.text_to_speech("ten chars!", model="facebook/mms-tts-eng")
    assert made.seconds_of(speech) == 0.5
    flac = await client.text_to_speech("ten chars!", model="acme/flac-voice")
    assert puremagic.from_string(flac) == ".flac"
    text = await client.automatic_speech_recognition(SOUND, model="openai/whisper-large-v3")
    assert text.text == "a recording of 0.50 seconds"
    classes = await client.audio_classification(SOUND, model="MIT/ast-finetuned-audioset-10-10-0.4593")
    assert [row.label for row in classes] == ["Speech", "Music", "Silence"]
    parts = await client.audio_to_audio(SOUND, model="speechbrain/sepformer-wham")
    assert [(part.label, part.content_type, part.blob) for part in parts] == [
        ("label_0", "audio/wav", SOUND),
        ("label_1", "audio/wav", SOUND),
    ]


async def test_chats_are_answered_whole_and_streamed_and_see_pictures(clients: Any) -> None:
    vision = "Qwen/Qwen2.5-VL-7B-Instruct"
    url = f"data:image/png;base64,{made.b64(PICTURE)}"
    content = [{"type": "text", "text": "What?"}, {"type": "image_url", "image_url": {"url": url}}]
    for provider in ("hf-inference", "auto"):
        client = clients(provider)
        whole = await client.chat_completion([{"role": "user", "content": content}], model=vision)
        assert whole.choices[0].message.content == "You said: What? I see a picture of 80 x 60 pixels."
        stream = await client.chat_completion([{"role": "user", "content": "hi"}], model=vision, stream=True)
        chunks = [chunk async for chunk in stream]
        assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices) == "You said: hi"


async def test_an_input_that_is_no_picture_is_refused(clients: Any) -> None:
    with pytest.raises(HfHubHTTPError, match="cannot identify image file"):
        await clients().image_classification(b"text", model="google/vit-base-patch16-224")
