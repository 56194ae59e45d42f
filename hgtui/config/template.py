"""The annotated configuration file that `hgtui config init` writes."""

TEMPLATE = """\
# hgtui's configuration. Take the # before a setting away to change it; text after ## only explains.
## Flags come before the environment, the environment before this file.

## The profile to use: "auto" finds a controller, "rules" uses none. Or one of the names below.
## "auto" takes OPENAI_BASE_URL or OPENAI_API_KEY; else the Hugging Face router with HF_TOKEN or the stored login; else a
## server on this machine (Ollama, vLLM, LM Studio, llama.cpp); else rules. Also: --profile, HGTUI_PROFILE.
# default_profile = "auto"

## One gate for the plan and its models before anything runs ("merged"), two ("split": the plan, then its models), or
## none ("none"). Also: HGTUI_GATES.
# gates = "merged"

## Who writes the answer: "llm", or "program" to keep every result from the LLM and take the program's report.
# answer = "llm"

## The form of the text when a whole plan is edited in $VISUAL or $EDITOR: "toml" or "json".
# edit_as = "toml"

## Whether "auto" looks for a server on this machine. HGTUI_NO_PROBE=1 turns it off too.
# probe = true

## The colours of the workbench: "dark", "light", or "ansi-dark" and "ansi-light", which leave them to the terminal.
## Whoever picks others in the workbench (: colours) finds them here. NO_COLOR=1 takes all colours away.
# theme = "dark"

## Whether the terminal rings when the workbench waits for you or a run ends while you are not at the keys.
# bell = true

## "graphics" shows a picture that is opened in the pixels of the terminal where it has them: Kitty's protocol, or Sixel.
## It takes pip install 'hgtui[graphics]', and asks the terminal at each start.
# pictures = "cells"

## Keys of the workbench by the names that hgtui keys prints; several with a comma between.
# [keys]
# approve = "a"
# help = "?,f1"
## Rules, the first that matches a task decides. effect: "auto" lets it start within what was approved, "ask" stops it in
## its place until you let it start, "deny" is an error of the plan. match: task (its type), endpoint and provider (of its
## model), max_usd (the most that a call costs; a price that is not known asks), file_leaves (true: a file, or what was made
## of one, is sent away from this machine). scope: "once" for the first task of each run, "run" or "always" for all.
## Rules that you make in the workbench (p) come before these. hgtui rules lists them all.
# [[policy]]
# match = { task = "text-to-image", max_usd = 0.01 }
# effect = "auto"
# [[policy]]
# match = { file_leaves = true }
# effect = "ask"
# scope = "always"

## Bounds for the runs of "auto". Every profile can have such a table.
# [profiles.auto.limits]
## How long one try of a task may take, in seconds.
# task_seconds = 600.0
## Tokens, seconds and US dollars that the controller may take for one request. Without a line there is no bound.
# tokens = 200000
# seconds = 900.0
# usd = 0.5
## How many MB one file may have that is fetched from an address.
# download_mb = 100.0

## A profile of your own, here with the name "work". Without base_url the controller is found as with "auto".
# [profiles.work.controller]
## Where /chat/completions is appended; any server that speaks chat completions.
# base_url = "https://llm.example.org/v1"
## Without a line: the only model of the server.
# model = "org/name"
## The NAME of the environment variable that holds the key. Keys stay out of this file.
# api_key_env = "WORK_API_KEY"
# temperature = 0.0
## The context length in tokens, for a server that does not say it.
# context = 32768
## US dollars for a million tokens, for a model whose price is not known.
# price_in = 0.5
# price_out = 1.5
# [profiles.work.limits]
# usd = 2.0
## The Hugging Face Hub for that profile. Its models are candidates with HF_TOKEN, with the stored login (hf auth login),
## with HF_ENDPOINT or with such a table; with none of them nothing is asked there. A run spends the token's credits.
# [profiles.work.hub]
## false: no model of the Hub is a candidate.
# enabled = true
## Another Hub and another router of its providers. Also: HF_ENDPOINT, HGTUI_ROUTER_URL.
# endpoint = "https://huggingface.co"
# router = "https://router.huggingface.co"
## The NAME of the environment variable that holds the token, in place of HF_TOKEN and the stored login.
# token_env = "WORK_HF_TOKEN"
## The providers to prefer, the first most. Without a line: any that runs the model now.
# providers = ["hf-inference", "together"]
## The organization that pays, in place of the token's own account.
# bill_to = "my-org"
## true: nothing is asked there, what is kept is used. Also: --offline, HF_HUB_OFFLINE=1.
# offline = false
"""
