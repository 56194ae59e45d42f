"""What models of hf-inference answer to pictures and sounds, and the pictures and sounds that they make."""

from typing import Any

from tests.servers.hub import made
from tests.servers.hub.made import Made, Wrong, as_json, from_b64
from tests.servers.hub.tasks import Given, Task, scored, zero_shot


def image_classification(given: Given) -> Made:
    made.size_of(given.data)
    return as_json(scored(given.model.labels, given))


def zero_shot_image_classification(given: Given) -> Made:
    made.size_of(given.data)
    return zero_shot(given)


def object_detection(given: Given) -> Made:
    """A box for each label; the first is the left upper quarter, each next one half as wide."""
    width, height = made.size_of(given.data)
    rows = [
        {**row, "box": {"xmin": 0, "ymin": 0, "xmax": max(1, width // 2 ** (place + 1)), "ymax": max(1, height // 2)}}
        for place, row in enumerate(scored(given.model.labels, given))
    ]
    return as_json([row for row in rows if row["score"] >= given.parameters.get("threshold", 0)])


def image_segmentation(given: Given) -> Made:
    width, height = made.size_of(given.data)
    return as_json(
        [
            {**row, "mask": made.b64(made.mask(width, height, place + 2))}
            for place, row in enumerate(scored(given.model.labels, given))
        ]
    )


def image_to_text(given: Given) -> Made:
    return as_json([{"generated_text": seen(given.data)}])


def seen(data: bytes) -> str:
    """What every model that sees says of a picture."""
    width, height = made.size_of(data)
    return f"a picture of {width} x {height} pixels"


def visual_question_answering(given: Given) -> Made:
    question = given.extra.get("question") or (given.inputs or {}).get("question")
    if not question:
        raise Wrong("question is needed")
    data = from_b64(given.extra["image"]) if "image" in given.extra else given.data
    rows = [{"score": 0.9, "answer": seen(data)}, {"score": 0.1, "answer": str(question)}]
    return as_json(rows[: given.parameters.get("top_k") or 5])


def document_question_answering(given: Given) -> Made:
    width, height = made.size_of(from_b64(given.part("image")))
    answer = f"{given.part('question').rstrip('?').split()[-1]} {width}x{height}"
    return as_json([{"answer": answer, "score": 0.7, "start": 3, "end": 4}])


def text_to_image(given: Given) -> Made:
    wide, high = given.parameters.get("width", 64), given.parameters.get("height", 48)
    return Made(made.picture(wide, high, given.text), "image/png")


def image_to_image(given: Given) -> Made:
    wanted: Any = given.parameters.get("target_size") or {}
    size = (wanted["width"], wanted["height"]) if wanted else None
    return Made(made.changed(given.data, given.parameters.get("prompt", ""), size), "image/png")


def text_to_speech(given: Given) -> Made:
    if "flac" in given.model.tags:
        return Made(made.flac(len(given.text) * 0.05), "audio/flac")
    return Made(made.spoken(given.text), "audio/wav")


def speech_recognition(given: Given) -> Made:
    text = heard(given.data)
    stamps = given.parameters.get("return_timestamps")
    return as_json({"text": text, **({"chunks": [{"text": text, "timestamp": [0.0, 1.0]}]} if stamps else {})})


def heard(data: bytes) -> str:
    """What every model that hears says of a sound."""
    return f"a recording of {made.seconds_of(data):.2f} seconds"


def audio_classification(given: Given) -> Made:
    made.seconds_of(given.data)
    return as_json(scored(given.model.labels, given))


def audio_to_audio(given: Given) -> Made:
    made.seconds_of(given.data)
    return as_json(
        [{"label": label, "content-type": "audio/wav", "blob": made.b64(given.data)} for label in given.model.labels]
    )


SENSE_TASKS: dict[str, Task] = {
    "image-classification": image_classification,
    "zero-shot-image-classification": zero_shot_image_classification,
    "object-detection": object_detection,
    "image-segmentation": image_segmentation,
    "image-to-text": image_to_text,
    "visual-question-answering": visual_question_answering,
    "document-question-answering": document_question_answering,
    "text-to-image": text_to_image,
    "image-to-image": image_to_image,
    "text-to-speech": text_to_speech,
    "automatic-speech-recognition": speech_recognition,
    "audio-classification": audio_classification,
    "audio-to-audio": audio_to_audio,
}
BINARY = {
    "image-classification", "zero-shot-image-classification", "object-detection", "image-segmentation", "image-to-text",
    "visual-question-answering", "image-to-image", "automatic-speech-recognition", "audio-classification", "audio-to-audio",
}  # fmt: skip
"""Tasks whose input is a file: raw, or base64 in `inputs` where parameters come with it."""
