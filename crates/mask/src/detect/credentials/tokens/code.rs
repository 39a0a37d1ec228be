//! Code hosting, continuous integration, package registries.

use super::super::bytes::Class;
use super::super::checks::{crc32_base62, crc32_hex};
use super::Part::{Literal, Of};
use super::{Shape, from, of};

/// Rows are grouped by issuer; the source of each group stands above it.
pub(super) const SHAPES: &[Shape] = &[
    // github.blog, "Behind GitHub's new authentication token formats"; docs.github.com, "About
    // authentication to GitHub": 30 characters and a CRC-32. Server tokens may also carry a JWT.
    Shape::summed("ghp_", "github_token", &[of(Class::ALNUM, 36)], github_sum),
    Shape::summed("gho_", "github_token", &[of(Class::ALNUM, 36)], github_sum),
    Shape::summed("ghu_", "github_token", &[of(Class::ALNUM, 36)], github_sum),
    Shape::summed("ghs_", "github_token", &[of(Class::ALNUM, 36)], github_sum),
    Shape::summed("ghr_", "github_token", &[of(Class::ALNUM, 36)], github_sum),
    Shape::new("ghp_", "github_token", &[from(Class::URL_DOT, 36)]),
    Shape::new("gho_", "github_token", &[from(Class::URL_DOT, 36)]),
    Shape::new("ghu_", "github_token", &[from(Class::URL_DOT, 36)]),
    Shape::new("ghs_", "github_token", &[from(Class::URL_DOT, 36)]),
    Shape::new("ghr_", "github_token", &[from(Class::URL_DOT, 36)]),
    Shape::new("github_pat_", "github_token", &[from(Class::WORD, 70)]),
    // docs.gitlab.com, "GitLab token overview", Token prefixes; routable tokens add a part after a
    // full stop.
    Shape::new("glpat-", "gitlab_token", &[from(Class::URL_DOT, 20)]),
    Shape::new("gldt-", "gitlab_token", &[from(Class::URL_DOT, 20)]),
    Shape::new("glrt-", "gitlab_token", &[from(Class::URL_DOT, 20)]),
    Shape::new("glrtr-", "gitlab_token", &[from(Class::URL_DOT, 20)]),
    Shape::new("glcbt-", "gitlab_token", &[from(Class::URL_DOT, 20)]),
    Shape::new("glptt-", "gitlab_token", &[from(Class::URL_DOT, 20)]),
    Shape::new("glsoat-", "gitlab_token", &[from(Class::URL_DOT, 20)]),
    Shape::new("gloas-", "gitlab_token", &[from(Class::URL_DOT, 20)]),
    Shape::new("glagent-", "gitlab_token", &[from(Class::URL_DOT, 20)]),
    Shape::new("glffct-", "gitlab_token", &[from(Class::URL_DOT, 20)]),
    Shape::new("glft-", "gitlab_token", &[from(Class::URL_DOT, 20)]),
    Shape::new("glimt-", "gitlab_token", &[from(Class::URL_DOT, 20)]),
    Shape::new("glwt-", "gitlab_token", &[from(Class::URL_DOT, 20)]),
    Shape::new("GR1348941", "gitlab_token", &[from(Class::URL, 20)]),
    // support.atlassian.com, "Manage API tokens", "Repository access tokens": base 64, `=`, and the
    // CRC-32 of all before in eight hexadecimal digits.
    Shape::summed(
        "ATATT3",
        "atlassian_token",
        &[from(Class::URL, 60), Literal("="), of(Class::HEX_ANY, 8)],
        atlassian_sum,
    ),
    Shape::summed(
        "ATCTT3",
        "atlassian_token",
        &[from(Class::URL, 60), Literal("="), of(Class::HEX_ANY, 8)],
        atlassian_sum,
    ),
    Shape::new("ATATT3", "atlassian_token", &[from(Class::ANY64, 60)]),
    Shape::new("ATCTT3", "atlassian_token", &[from(Class::ANY64, 60)]),
    Shape::new("ATSTT3", "atlassian_token", &[from(Class::ANY64, 60)]),
    Shape::new("ATBB", "bitbucket_password", &[of(Class::ALNUM, 32)]),
    // developer.atlassian.com, Trello, "Authorizing with Trello's REST API".
    Shape::new("ATTA", "trello_token", &[of(Class::HEX_ANY, 72)]),
    // sourcegraph.com/docs, "Access tokens".
    Shape::new("sgp_", "sourcegraph_token", &[from(Class::WORD, 40)]),
    // docs.sonarsource.com, "Managing your tokens".
    Shape::new("sqp_", "sonarqube_token", &[of(Class::HEX, 40)]),
    Shape::new("squ_", "sonarqube_token", &[of(Class::HEX, 40)]),
    Shape::new("sqa_", "sonarqube_token", &[of(Class::HEX, 40)]),
    // circleci.com/docs, "Managing API tokens".
    Shape::new("CCIPAT_", "circleci_token", &[from(Class::WORD, 40)]),
    Shape::new("CCIPRJ_", "circleci_token", &[from(Class::WORD, 40)]),
    // buildkite.com/docs, "Managing API access tokens".
    Shape::new("bkua_", "buildkite_token", &[of(Class::HEX, 40)]),
    // developer.harness.io, "Manage API keys": account, key and secret.
    Shape::new(
        "pat.",
        "harness_token",
        &[
            of(Class::URL, 22),
            Literal("."),
            of(Class::ALNUM, 24),
            Literal("."),
            of(Class::ALNUM, 20),
        ],
    ),
    // docs.npmjs.com, "About access tokens"; github.blog, "npm's new access token format": the same
    // checksum as GitHub's.
    Shape::summed("npm_", "npm_token", &[of(Class::ALNUM, 36)], github_sum),
    // pypi.org/help, "API tokens": a macaroon in base 64 after the prefix.
    Shape::new("pypi-AgE", "pypi_token", &[from(Class::URL, 60)]),
    // github.com/rust-lang/crates.io, `src/util/token.rs`.
    Shape::new("cio", "crates_io_token", &[of(Class::ALNUM, 32)]),
    // guides.rubygems.org, "API key scopes".
    Shape::new("rubygems_", "rubygems_token", &[of(Class::HEX, 48)]),
    // learn.microsoft.com/nuget, "Scoped API keys".
    Shape::new("oy2", "nuget_key", &[of(Class::LOWER_DIGIT, 43)]),
    // github.com/clojars/clojars-web, "Deploy Tokens".
    Shape::new("CLOJARS_", "clojars_token", &[of(Class::HEX, 60)]),
    // docs.docker.com, "Personal access tokens", "Organization access tokens".
    Shape::new("dckr_pat_", "docker_token", &[from(Class::URL, 20)]),
    Shape::new("dckr_oat_", "docker_token", &[from(Class::URL, 20)]),
    // jfrog.com/help, "API keys", "Reference tokens" (`reftkn:` in base 64).
    Shape::new("AKCp", "jfrog_token", &[Of(Class::ALNUM, 60, 80)]),
    Shape::new("cmVmdGtuOj", "jfrog_token", &[from(Class::ALNUM, 50)]),
    // pulumi.com/docs, "Access tokens".
    Shape::new("pul-", "pulumi_token", &[of(Class::HEX, 40)]),
    // learning.postman.com, "Generate and use Postman API keys".
    Shape::new(
        "PMAK-",
        "postman_key",
        &[of(Class::HEX, 24), Literal("-"), of(Class::HEX, 34)],
    ),
    // docs.prefect.io, "Manage API keys".
    Shape::new("pnu_", "prefect_key", &[of(Class::ALNUM, 36)]),
    Shape::new("pnb_", "prefect_key", &[of(Class::ALNUM, 36)]),
    // octopus.com/docs, "How to create an API key".
    Shape::new("API-", "octopus_key", &[Of(Class::UPPER_DIGIT, 25, 36)]),
    // infracost.io/docs, "Environment variables".
    Shape::new("ico-", "infracost_key", &[of(Class::ALNUM, 32)]),
    // docs.sentry.io, "Auth tokens".
    Shape::new("sntrys_", "sentry_token", &[from(Class::ANY64, 60)]),
    Shape::new("sntryu_", "sentry_token", &[of(Class::HEX, 64)]),
    Shape::new("sntrya_", "sentry_token", &[from(Class::HEX, 40)]),
    Shape::new("sntryi_", "sentry_token", &[from(Class::HEX, 40)]),
];

fn github_sum(token: &[u8]) -> bool {
    token.get(4..).is_some_and(crc32_base62)
}

fn atlassian_sum(token: &[u8]) -> bool {
    token
        .split_last_chunk::<8>()
        .is_some_and(|(head, sum)| crc32_hex(head, sum))
}
