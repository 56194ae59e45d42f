"""Each task type by the models and providers of a Hub on a loopback port, through the real client."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hgtui.core.resource import Kind
from hgtui.core.states import Failure
from hgtui.core.task import TASKS
from hgtui.execution.endpoints.hub.calls import OWN, doing
from hgtui.hub.tasks import UNSERVED, WAYS
from tests.execution.hub_bench import TOKEN, Bench, opened, picture, sound, text
from tests.inputs import make_pdf
from tests.servers.hub import HubServer
from tests.servers.hub.faults import body
from tests.servers.hub.models import HF, Listed
from tests.servers.replies import Reply

CSV = "name,sugar,acid\na,9,8\nb,1,2\n"


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with opened(tmp_path) as one:
        yield one


@pytest.fixture
async def drawing(tmp_path: Path) -> AsyncIterator[Bench]:
    """A bench with the engines of this machine."""
    async with opened(tmp_path, lanes=1) as one:
        yield one


def test_every_task_type_is_run_or_has_a_reason_why_not() -> None:
    assert set(WAYS) | set(UNSERVED) == set(TASKS)
    assert not set(WAYS) & set(UNSERVED)
    for task, ways in WAYS.items():
        for way in ways:
            assert doing(task, by_chat=way.chat).method.replace("_", "-") in {way.task, "chat-completion"}
    assert set(OWN) <= set(WAYS)


async def test_a_text_is_classified_and_the_labels_say_who_did_it_and_what_it_cost(bench: Bench) -> None:
    (found,) = await bench.run(
        "text-classification", "distilbert/distilbert-base-uncased-finetuned-sst-2-english", text=text("a bad film")
    )
    assert (found.kind, found.text) == (Kind.LABELS, "NEGATIVE (0.90), POSITIVE (0.45)")
    assert found.data == [{"label": "NEGATIVE", "score": 0.9}, {"label": "POSITIVE", "score": 0.45}]
    assert found.note == "Run by hf-inference; it used credits of HF_TOKEN."
    assert [call.token for call in bench.server.to("infer/*")] == [TOKEN]


async def test_words_are_marked_in_the_order_of_the_text(bench: Bench) -> None:
    (found,) = await bench.run("token-classification", "dslim/bert-base-NER", text=text("Ada met Grace in Paris"))
    assert [row["label"] for row in found.data] == ["Ada: PER", "Grace: LOC", "Paris: ORG"]
    assert found.data[1]["start"] == 8


async def test_a_label_is_chosen_among_those_given(bench: Bench) -> None:
    (found,) = await bench.run(
        "zero-shot-classification",
        "facebook/bart-large-mnli",
        text=text("a match of football"),
        labels=text("cooking, football"),
    )
    assert found.data[0]["label"] == "football"
    asked = bench.server.to("infer/*")[0].body
    assert asked["parameters"]["candidate_labels"] == ["cooking", "football"]


async def test_several_texts_are_summarized_as_one(bench: Bench) -> None:
    (found,) = await bench.run(
        "summarization", "facebook/bart-large-cnn", text=[text("It rains. It pours."), text("Sun.")]
    )
    assert (found.kind, found.text) == (Kind.TEXT, "It rains.")
    assert bench.server.to("infer/*")[0].body["inputs"] == "It rains. It pours.\n\nSun."


async def test_a_translation_is_told_the_language_that_the_text_came_with(bench: Bench) -> None:
    (found,) = await bench.run("translation", "google-t5/t5-small", text=text("good", "en"), language=text("French"))
    assert (found.text, found.language) == ("(fr) good", "fr")
    assert bench.server.to("infer/*")[0].body["parameters"] == {"src_lang": "en", "tgt_lang": "fr"}
    assert "py3langid" not in found.note


async def test_where_the_language_of_a_text_is_not_known_it_is_told_first(drawing: Bench) -> None:
    said = text("Good morning, how are you?")
    (found,) = await drawing.run("translation", "google-t5/t5-small", text=said, language=text("fr"))
    assert found.text == "(fr) Good morning, how are you?"
    assert drawing.server.to("infer/*")[0].body["parameters"] == {"src_lang": "en", "tgt_lang": "fr"}
    assert "The text was taken for English, as py3langid tells" in found.note


async def test_a_text_whose_language_cannot_be_told_is_not_translated_into_any(bench: Bench) -> None:
    error = await bench.fails("translation", "google-t5/t5-small", text=text("good"), language=text("fr"))
    assert error.failure is Failure.NO_MODEL, "another candidate may stand in"
    assert error.message == "google-t5/t5-small has to be told the language of the text, which is not known."
    assert "by chat" in error.hint
    assert bench.server.to("infer/*") == []


async def test_a_model_of_one_pair_of_languages_is_held_to_it(bench: Bench) -> None:
    pair = "Helsinki-NLP/opus-mt-en-de"
    (found,) = await bench.run("translation", pair, text=text("good"), language=text("de"))
    assert (found.text, found.language) == ("(de) good", "de")
    for source, target in ((None, "fr"), ("fr", "de")):
        error = await bench.fails("translation", pair, text=text("good", source), language=text(target))
        assert error.message == f"{pair} translates from English into German only."


async def test_where_a_model_has_one_other_language_the_text_is_taken_for_that(tmp_path: Path) -> None:
    two = Listed("acme/ro-en", "translation", 10, 1, (HF,), languages=("ro", "en"))
    async with opened(tmp_path, HubServer((two,), granted=("*",))) as bench:
        (found,) = await bench.run("translation", "acme/ro-en", text=text("bun"), language=text("en"))
    assert found.text == "(en) bun"
    assert found.note.startswith("The text was taken for Romanian, the only other language of acme/ro-en.")


async def test_a_question_is_answered_from_a_text_and_from_a_table(bench: Bench) -> None:
    (found,) = await bench.run(
        "question-answering",
        "deepset/roberta-base-squad2",
        question=text("Where is the cat?"),
        context=text("A dog barks. The cat is in Rome."),
    )
    assert (found.text, found.data) == ("The cat is in Rome", [{"answer": "The cat is in Rome", "score": 0.8}])
    (cell,) = await bench.run(
        "table-question-answering", "google/tapas-base-finetuned-wtq", question=text("sugar of b"), table=text(CSV)
    )
    assert (cell.text, cell.data["cells"]) == ("1", ["1"])


async def test_the_rows_of_a_table_get_labels(bench: Bench) -> None:
    (found,) = await bench.run("tabular-classification", "scikit-learn/wine-quality", table=text(CSV))
    assert [(row["label"], row["row"]) for row in found.data] == [("high", 1), ("low", 2)]
    assert found.text == "high, low"


async def test_texts_are_compared_in_their_order(bench: Bench) -> None:
    (found,) = await bench.run(
        "sentence-similarity",
        "sentence-transformers/all-MiniLM-L6-v2",
        text=text("a red car"),
        context=[text("a blue sky"), text("a red car")],
    )
    assert [(row["label"], row["score"]) for row in found.data] == [("a blue sky", 0.2), ("a red car", 1.0)]


@pytest.mark.parametrize(
    "candidate",
    [
        "intfloat/multilingual-e5-large",
        "intfloat/multilingual-e5-large#together",
        "Qwen/Qwen3-Embedding-8B#scaleway",
        "BAAI/bge-m3",
    ],
)
async def test_a_vector_is_kept_as_a_file(bench: Bench, candidate: str) -> None:
    (found,) = await bench.run("feature-extraction", candidate, text=text("a cat"))
    numbers = json.loads(bench.bytes_of(found))
    assert (found.kind, len(numbers), found.data) == (Kind.VECTOR, 8, {"length": 8})
    assert found.text == "a vector of 8 numbers"


async def test_the_vectors_of_tokens_become_their_mean(bench: Bench) -> None:
    bench.server.always("infer/*", body([[[1.0, 2.0], [3.0, 4.0]]]))
    (found,) = await bench.run("feature-extraction", "intfloat/multilingual-e5-large#hf-inference", text=text("a cat"))
    assert json.loads(bench.bytes_of(found)) == [2.0, 3.0]
    assert "The mean of 2 vectors" in found.note


async def test_a_masked_word_is_filled(bench: Bench) -> None:
    (found,) = await bench.run("fill-mask", "google-bert/bert-base-uncased", text=text("a [MASK] day"))
    assert found.text == "good (0.60), new (0.30), small (0.15)"


@pytest.mark.parametrize("task", ["text-generation", "text2text-generation"])
@pytest.mark.parametrize(
    "candidate",
    [
        "openai-community/gpt2",
        "acme/completer-1b#together",
        "acme/completer-1b#novita",
        "acme/completer-1b#deepinfra",
        "acme/completer-1b#featherless-ai",
    ],
)
async def test_a_text_goes_on(bench: Bench, task: str, candidate: str) -> None:
    (found,) = await bench.run(task, candidate, text=text("once upon a time"))
    assert found.text == "time and so on."


async def test_pictures_get_labels(bench: Bench, tmp_path: Path) -> None:
    image = picture(tmp_path / "cat.jpg")
    (found,) = await bench.run("image-classification", "google/vit-base-patch16-224", image=image)
    assert found.data[0]["label"] == "tabby, tabby cat"
    assert bench.server.to("infer/*")[0].headers["content-type"] == "image/jpeg"
    (chosen,) = await bench.run(
        "zero-shot-image-classification", "openai/clip-vit-large-patch14", image=image, labels=text("dog, cat")
    )
    assert {row["label"] for row in chosen.data} == {"dog", "cat"}


async def test_a_picture_is_described_and_asked_about(bench: Bench, tmp_path: Path) -> None:
    image = picture(tmp_path / "cat.png")
    (said,) = await bench.run("image-to-text", "Salesforce/blip-image-captioning-base", image=image)
    assert said.text == "a picture of 40 x 30 pixels"
    (answer,) = await bench.run(
        "visual-question-answering", "dandelin/vilt-b32-finetuned-vqa", image=image, question=text("What is it?")
    )
    assert answer.text == "a picture of 40 x 30 pixels" and len(answer.data) == 2
    (of,) = await bench.run(
        "document-question-answering", "impira/layoutlm-document-qa", document=image, question=text("the total?")
    )
    assert of.text == "total 40x30"


@pytest.mark.parametrize(
    "candidate",
    [
        "stabilityai/stable-diffusion-xl-base-1.0#hf-inference",
        "stabilityai/stable-diffusion-xl-base-1.0#replicate",
        "black-forest-labs/FLUX.1-schnell#together",
        "black-forest-labs/FLUX.1-schnell#fal-ai",
        "black-forest-labs/FLUX.1-schnell#nscale",
        "black-forest-labs/FLUX.1-schnell#wavespeed",
        "zai-org/GLM-Image",
    ],
)
async def test_a_picture_is_made_whatever_way_the_provider_gives_it(candidate: str, tmp_path: Path) -> None:
    async with opened(tmp_path, HubServer(granted=("*",), polls=0 if "zai" in candidate else 1)) as bench:
        (found,) = await bench.run("text-to-image", candidate, text=text("a cat on a mat"))
        assert (found.kind, found.media_type) == (Kind.IMAGE, "image/png")
        assert b"a cat on a mat" in bench.bytes_of(found), "the very bytes that the provider sent"
        assert found.data == {"width": 64, "height": 48}


@pytest.mark.parametrize("provider", ["fal-ai", "replicate", "together", "wavespeed"])
async def test_a_picture_is_changed_by_each_provider(bench: Bench, tmp_path: Path, provider: str) -> None:
    (found,) = await bench.run(
        "image-to-image", f"Qwen/Qwen-Image-Edit#{provider}", image=picture(tmp_path / "a.png"), text=text("in winter")
    )
    assert (found.kind, found.data) == (Kind.IMAGE, {"width": 40, "height": 30})


@pytest.mark.parametrize(
    ("task", "candidate"),
    [
        ("text-to-video", "tencent/HunyuanVideo#fal-ai"),
        ("text-to-video", "Wan-AI/Wan2.2-T2V-A14B#wavespeed"),
        ("image-to-video", "Lightricks/LTX-Video"),
        ("image-to-video", "Wan-AI/Wan2.2-I2V-A14B#wavespeed"),
    ],
)
async def test_a_video_is_waited_for_in_a_queue_and_the_wait_is_told(
    bench: Bench, tmp_path: Path, task: str, candidate: str
) -> None:
    more = {"image": picture(tmp_path / "a.png")} if task == "image-to-video" else {}
    (found,) = await bench.run(task, candidate, text=text("waves"), **more)
    assert (found.kind, found.media_type) == (Kind.VIDEO, "video/mp4")
    assert any(note.startswith("waits in the queue of ") for note in bench.told)


@pytest.mark.parametrize(
    "candidate",
    [
        "facebook/mms-tts-eng",
        "hexgrad/Kokoro-82M#fal-ai",
        "hexgrad/Kokoro-82M#replicate",
        "hexgrad/Kokoro-82M#deepinfra",
    ],
)
async def test_a_text_is_read_aloud(bench: Bench, candidate: str) -> None:
    (found,) = await bench.run("text-to-speech", candidate, text=text("good morning"))
    assert (found.kind, found.media_type) == (Kind.AUDIO, "audio/wav")


@pytest.mark.parametrize("provider", ["hf-inference", "fal-ai", "replicate", "deepinfra"])
async def test_speech_is_written_down(bench: Bench, tmp_path: Path, provider: str) -> None:
    (found,) = await bench.run(
        "automatic-speech-recognition",
        f"openai/whisper-large-v3#{provider}",
        audio=sound(tmp_path / "a.wav"),
        language=text("de"),
    )
    assert found.text == "a recording of 0.50 seconds"
    untold = "found the language out by itself" in found.note
    assert untold == (provider in {"hf-inference", "replicate"})


async def test_sounds_get_labels_and_are_parted(bench: Bench, tmp_path: Path) -> None:
    given = sound(tmp_path / "a.wav")
    (found,) = await bench.run("audio-classification", "MIT/ast-finetuned-audioset-10-10-0.4593", audio=given)
    assert found.data[0]["label"] == "Speech"
    parts = await bench.run("audio-to-audio", "speechbrain/sepformer-wham", audio=given)
    assert [(one.kind, one.name) for one in parts] == [(Kind.AUDIO, "label_0"), (Kind.AUDIO, "label_1")]
    assert bench.bytes_of(parts[1]) == (tmp_path / "a.wav").read_bytes()


@pytest.mark.parametrize(
    "candidate", ["HuggingFaceTB/SmolLM3-3B", "openai/gpt-oss-20b#together", "Qwen/Qwen3-8B#ovhcloud"]
)
@pytest.mark.parametrize("task", ["conversational", "text-generation", "summarization", "text2text-generation"])
async def test_a_chat_model_does_text_tasks_by_instruction(bench: Bench, task: str, candidate: str) -> None:
    (found,) = await bench.run(task, candidate, text=text("Hello there"))
    assert "Hello there" in (found.text or "")
    sent = bench.server.to("infer/*/conversational")[0].body
    assert sent["messages"][0]["content"].startswith(f"Task execution: {task}\n")


async def test_a_chat_model_translates_and_answers_from_a_context(bench: Bench) -> None:
    await bench.run("translation", "Qwen/Qwen3-8B#nscale", text=text("Good day"), language=text("de"))
    await bench.run("question-answering", "Qwen/Qwen3-8B#nscale", question=text("Who?"), context=text("Ada."))
    first, second = [call.body["messages"][1]["content"] for call in bench.server.to("infer/*")]
    assert first == "text:\nGood day\n\nlanguage:\nde"
    assert second == "question:\nWho?\n\ncontext:\nAda."


@pytest.mark.parametrize(
    "task", ["image-to-text", "visual-question-answering", "document-question-answering", "image-text-to-text"]
)
async def test_a_chat_model_that_sees_gets_the_picture_with_the_words(bench: Bench, tmp_path: Path, task: str) -> None:
    given = {arg.name: text("What is it?") for arg in TASKS[task].required if arg.kind is Kind.TEXT}
    given |= {arg.name: picture(tmp_path / "a.png") for arg in TASKS[task].required if arg.kind is not Kind.TEXT}
    (found,) = await bench.run(task, "Qwen/Qwen2.5-VL-7B-Instruct#novita", **given)
    assert found.kind is Kind.TEXT and found.text
    words, image = bench.server.to("infer/*")[0].body["messages"][1]["content"]
    assert image["image_url"]["url"].startswith("data:image/png;base64,")
    assert ("What is it?" in words["text"]) == (task != "image-to-text")


async def test_reasoning_is_no_part_of_a_reply_and_a_reply_of_reasoning_alone_is_none(tmp_path: Path) -> None:
    replies = iter([Reply("<think>Let me see.</think>\nHello."), Reply("<think>Let me see.</think>")])
    async with opened(tmp_path, HubServer(chat=lambda request: next(replies))) as bench:
        (found,) = await bench.run("conversational", "HuggingFaceTB/SmolLM3-3B", text=text("Hi"))
        assert found.text == "Hello."
        error = await bench.fails("conversational", "HuggingFaceTB/SmolLM3-3B", text=text("Hi"))
        assert (error.failure, error.message) == (Failure.EMPTY, "hf-inference gave only reasoning and no reply.")


async def test_the_pages_of_a_pdf_are_sent_as_pictures(tmp_path: Path) -> None:
    path = make_pdf(tmp_path / "bill.pdf", "Total 42", pages=3)
    document = picture(tmp_path / "a.png").model_copy(
        update={"path": str(path), "name": "bill.pdf", "kind": Kind.DOCUMENT}
    )
    async with opened(tmp_path, lanes=1) as bench:
        asked = {"document": document, "question": text("the total?")}
        await bench.run("document-question-answering", "Qwen/Qwen2.5-VL-7B-Instruct#novita", **asked)
        content = bench.server.to("infer/*")[0].body["messages"][1]["content"]
        assert [part["type"] for part in content] == ["text", "image_url", "image_url", "image_url"]
        (found,) = await bench.run("document-question-answering", "impira/layoutlm-document-qa", **asked)
        assert len(bench.server.to("infer/hf-inference/*")) == 3
        assert (found.text or "").startswith("total ")


async def test_what_nobody_runs_is_refused_with_the_reason(bench: Bench, tmp_path: Path) -> None:
    error = await bench.fails("depth-estimation", "Intel/dpt-large", image=picture(tmp_path / "a.png"))
    assert (error.failure, bench.server.calls) == (Failure.NO_MODEL, [])
    assert error.message.startswith("depth-estimation cannot be run through the Hub.")
