"""Excerpts of model cards: cards as people really write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hgtui.hub.cards import body, excerpt

BERT = """---
language: en
tags:
- exbert
license: apache-2.0
---

# BERT base model (uncased)

Pretrained model on English language using a masked language modeling (MLM) objective. It was introduced in
[this paper](https://arxiv.org/abs/1810.04805) and first released in
[this repository](https://github.com/google-research/bert). This model is uncased: it does not make a difference
between english and English.

Disclaimer: The team releasing BERT did not write a model card for this model so this model card has been written by
the Hugging Face team.

## Model description

BERT is a transformers model pretrained on a large corpus of English data in a self-supervised fashion.
"""
VIT = """---
license: apache-2.0
widget:
- src: https://huggingface.co/datasets/mishig/sample_images/resolve/main/tiger.jpg
  example_title: Tiger
---

# Vision Transformer (base-sized model)

Vision Transformer (ViT) model pre-trained on ImageNet-21k (14 million images, 21,843 classes) at resolution 224x224. It
was introduced in the paper [An Image is Worth 16x16 Words](https://arxiv.org/abs/2010.11929) by Dosovitskiy et al.

Disclaimer: The team releasing ViT did not write a model card for this model.
"""
BADGES = """# Qwen-Tiny

<p align="center">
    <img src="https://example.com/logo.png" width="400"/>
<p>

[![Downloads](https://img.shields.io/badge/downloads-1M-blue)](https://example.com) ![CI](https://example.com/ci.svg)

[Paper](https://a.example) | [Code](https://b.example) | [Demo](https://c.example) | [Blog](https://d.example) | [Discord](https://e.example)

## Table of Contents

- [Model details](#model-details)
- [Uses of the model and what it is trained for](#uses)

## Introduction

**Qwen-Tiny** is a *causal language model* with `0.5B` parameters, see [the report](https://example.com/report(1).pdf).
"""
GENERATED = """<!-- This model card has been generated automatically according to the information the Trainer had
access to. You should probably proofread and complete it, then remove this comment. -->

# my-finetuned-model

This model is a fine-tuned version of [distilbert-base-uncased](https://huggingface.co/distilbert-base-uncased) on the imdb dataset.
It achieves the following results on the evaluation set:
- Loss: 0.2

## Model description

More information needed
"""
TEMPLATE = """# Model Card for Model ID

<!-- Provide a quick summary of what the model is/does. -->

## Model Details

### Model Description

<!-- Provide a longer summary of what this model is. -->

This is the model card of a 🤗 transformers model that has been pushed on the Hub. This model card has been automatically generated.

- **Developed by:** [More Information Needed]

## Uses

Segments roofs on aerial pictures of cities.
"""
CODE_FIRST = """```python
from transformers import pipeline
pipe = pipeline("text-classification")  # this model is trained to classify
```

    indented code that is a model trained to do nothing

| Model | Score |
|-------|-------|
| this is a model that is trained | 3 |

> [!NOTE]
> Update: version 2 of the model is out.

Detects birds by their song, in recordings of up to ten seconds.
"""
HTML = """<div align="center">
<h1>Depth Anything</h1>
<p>Depth Anything estimates the depth of each pixel of a photograph.</p>
</div>
"""


@pytest.mark.parametrize(
    ("card", "start"),
    [
        (BERT, "Pretrained model on English language using a masked language modeling (MLM) objective. It was introduced in this paper and"),
        (VIT, "Vision Transformer (ViT) model pre-trained on ImageNet-21k (14 million images, 21,843 classes) at resolution 224x224."),
        (BADGES, "Qwen-Tiny is a causal language model with 0.5B parameters, see the report."),
        (GENERATED, "This model is a fine-tuned version of distilbert-base-uncased on the imdb dataset."),
        (TEMPLATE, "Segments roofs on aerial pictures of cities."),
        (CODE_FIRST, "Detects birds by their song, in recordings of up to ten seconds."),
        (HTML, "Depth Anything estimates the depth"),
        ("Un modèle qui résume des textes français, entraîné sur des journaux.", "Un modèle qui résume"),
        ("# 模型\n\n这是一个用于中文文本情感分析的预训练语言模型，支持三种类别的情感判断和分类任务处理。", "这是一个"),
    ],
    ids=["bert", "vit", "badges", "generated", "template", "code first", "html", "french", "chinese"],
)  # fmt: skip
def test_an_excerpt_says_what_the_model_does(card: str, start: str) -> None:
    assert excerpt(card).startswith(start), excerpt(card)


@pytest.mark.parametrize("card", [BERT, VIT, BADGES, GENERATED, TEMPLATE, CODE_FIRST, HTML])
def test_an_excerpt_has_no_addresses_markup_or_boilerplate(card: str) -> None:
    text = excerpt(card)
    assert not any(word in text for word in ("http", "](", "**", "<", "`", "Disclaimer", "generated", "\n", "---"))


@pytest.mark.parametrize(
    "card", ["", "---\nlicense: mit\n---\n", "# Title only", "![picture](x.png)", "- a list\n- of things", "```\ncode\n```", "<!-- hidden words of a comment that is long enough -->"]
)  # fmt: skip
def test_a_card_without_prose_has_no_excerpt(card: str) -> None:
    assert excerpt(card) == ""


def test_an_excerpt_ends_with_a_sentence_where_one_ends() -> None:
    text = "This model translates. " + "It is trained on many pairs of sentences. " * 20
    assert excerpt(text, 100) == "This model translates. It is trained on many pairs of sentences."


def test_a_sentence_without_end_is_cut_after_a_word() -> None:
    found = excerpt("this model translates " + "word " * 200, 60)
    assert found.endswith("word…")
    assert len(found) <= 60


def test_a_long_card_is_read_at_its_head_only() -> None:
    assert excerpt("# A\n\nThis model does one thing.\n\n" + "[x](y) " * 200_000) == "This model does one thing."


@given(st.text(alphabet="ab \n#-*[]()<>`|!_~\\\x1b\u202e.", max_size=300), st.integers(10, 300))
def test_an_excerpt_of_anything_is_one_clean_line_within_its_limit(card: str, limit: int) -> None:
    found = excerpt(card, limit)
    assert len(found) <= limit
    assert not set("\n\x1b\u202e") & set(found)


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("---\na: b\n---\n# T\n", "# T"),
        ("# T\n\n---\n\nmore", "# T\n\n---\n\nmore"),
        ("---\na: '---'\nb: |\n  x --- y\n---\nrest", "rest"),
        ("\ufeff---\na: b\n---   \nrest", "rest"),
        ("---\nnever closed\n", ""),
        ("--- no front matter\ntext", "--- no front matter\ntext"),
        ("", ""),
    ],
)
def test_front_matter_is_taken_off(text: str, rest: str) -> None:
    assert body(text) == rest
