//! Providers of models, and of tools for agents.

use super::super::bytes::Class;
use super::Part::{Literal, Of};
use super::{Shape, from, of};

/// Rows are grouped by issuer; the source of each group stands above it.
pub(super) const SHAPES: &[Shape] = &[
    // docs.claude.com, "API overview", "Admin API"; Claude Code's OAuth tokens.
    Shape::new("sk-ant-", "anthropic_key", &[from(Class::URL, 32)]),
    // platform.openai.com, "API keys", "Service accounts", "Admin API keys".
    Shape::new("sk-proj-", "openai_key", &[from(Class::URL, 40)]),
    Shape::new("sk-svcacct-", "openai_key", &[from(Class::URL, 40)]),
    Shape::new("sk-service-", "openai_key", &[from(Class::URL, 40)]),
    Shape::new("sk-admin-", "openai_key", &[from(Class::URL, 40)]),
    Shape::new("sk-None-", "openai_key", &[from(Class::URL, 40)]),
    Shape::new("sess-", "openai_key", &[of(Class::ALNUM, 40)]),
    // openrouter.ai/docs, "API key authentication".
    Shape::new("sk-or-v1-", "openrouter_key", &[of(Class::HEX, 64)]),
    // langfuse.com/docs, "API keys": `pk-lf-` is the public half.
    Shape::new("sk-lf-", "langfuse_key", &[of(Class::UUID, 36)]),
    // Keys of 32 to 64 letters and digits after `sk-`: OpenAI before projects (api reference,
    // "Authentication"), DeepSeek, Moonshot, Stability.
    Shape::new("sk-", "api_key", &[Of(Class::ALNUM, 32, 64)]),
    // docs.x.ai, "API keys".
    Shape::new("xai-", "xai_key", &[from(Class::ALNUM, 60)]),
    // console.groq.com/docs: the middle is `WGdyb3FY`, "Groq" in base 64.
    Shape::new("gsk_", "groq_key", &[from(Class::ALNUM, 48)]),
    // docs.perplexity.ai, "API key management".
    Shape::new("pplx-", "perplexity_key", &[from(Class::ALNUM, 40)]),
    // huggingface.co/docs, "User access tokens".
    Shape::new("hf_", "huggingface_token", &[Of(Class::ALNUM, 30, 40)]),
    Shape::new("api_org_", "huggingface_token", &[from(Class::ALNUM, 30)]),
    // replicate.com/docs, "API tokens".
    Shape::new("r8_", "replicate_token", &[Of(Class::ALNUM, 32, 40)]),
    // docs.smith.langchain.com, "Create an account and API key".
    Shape::new(
        "lsv2_pt_",
        "langsmith_key",
        &[of(Class::HEX, 32), Literal("_"), of(Class::HEX, 10)],
    ),
    Shape::new(
        "lsv2_sk_",
        "langsmith_key",
        &[of(Class::HEX, 32), Literal("_"), of(Class::HEX, 10)],
    ),
    Shape::new("ls__", "langsmith_key", &[of(Class::HEX, 32)]),
    // docs.nvidia.com, "NVIDIA API keys".
    Shape::new("nvapi-", "nvidia_key", &[from(Class::URL, 50)]),
    // docs.fireworks.ai, "API keys".
    Shape::new("fw_", "fireworks_key", &[Of(Class::ALNUM, 22, 28)]),
    // docs.together.ai, "API keys".
    Shape::new("tgp_v1_", "together_key", &[from(Class::URL, 36)]),
    // docs.tavily.com, docs.firecrawl.dev, "Authentication".
    Shape::new("tvly-", "tavily_key", &[from(Class::ALNUM_DASH, 28)]),
    Shape::new("fc-", "firecrawl_key", &[of(Class::HEX, 32)]),
    // inference-docs.cerebras.ai, "Authentication".
    Shape::new("csk-", "cerebras_key", &[from(Class::LOWER_DIGIT, 40)]),
    // docs.pinecone.io, "Manage API keys".
    Shape::new("pcsk_", "pinecone_key", &[from(Class::WORD, 50)]),
    // jina.ai/api-dashboard.
    Shape::new("jina_", "jina_key", &[from(Class::URL, 50)]),
    // e2b.dev/docs, "API key".
    Shape::new("e2b_", "e2b_key", &[of(Class::HEX, 40)]),
    // elevenlabs.io/docs, "Authentication".
    Shape::new("sk_", "elevenlabs_key", &[of(Class::HEX, 48)]),
    // docs.voyageai.com, "API key and Python client".
    Shape::new("pa-", "voyage_key", &[of(Class::URL, 43)]),
    // docs.runpod.io, "Manage API keys".
    Shape::new("rpa_", "runpod_key", &[from(Class::ALNUM, 40)]),
    // github.com/upstash/context7, "API keys".
    Shape::new("ctx7sk-", "context7_key", &[of(Class::UUID, 36)]),
];
