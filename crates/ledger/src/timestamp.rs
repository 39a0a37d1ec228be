//! Timestamps of third parties over checkpoints (RFC 3161): the request, and what an answer attests.
//! The authority's signature is not checked here; `openssl ts -verify` does that.

use cms::cert::x509::spki::AlgorithmIdentifier;
use cms::signed_data::SignedData;
use der::asn1::{Any, Int, Null, ObjectIdentifier, OctetString};
use der::{Decode, Encode};
use x509_tsp::{MessageImprint, TimeStampReq, TimeStampResp, TspVersion, TstInfo};

use crate::merkle::sha256;

/// RFC 5754 §2: id-sha256.
const SHA_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
/// RFC 3161 §2.4.2: id-ct-TSTInfo.
const TST_INFO: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.4");

/// The content type of requests (RFC 3161 §3.4).
pub const QUERY_TYPE: &str = "application/timestamp-query";
/// The content type of answers (RFC 3161 §3.4).
pub const REPLY_TYPE: &str = "application/timestamp-reply";

/// Why an answer attests nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TimestampError {
    /// It is not laid out as RFC 3161 says.
    #[error("it is no timestamp response: {0}")]
    Shape(der::Error),
    /// The authority refused.
    #[error("the authority refused with status {0}")]
    Refused(u8),
    /// It is about something else.
    #[error("it is over something else than the checkpoint")]
    Imprint,
    /// It answers another request.
    #[error("it has another nonce than the request")]
    Nonce,
}

/// A request over a note.
#[derive(Debug, Clone)]
pub struct Request {
    imprint: [u8; 32],
    nonce: Int,
}

/// What a timestamp attests: the note existed at this time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attested {
    /// By the authority's clock: seconds since 1970-01-01T00:00:00Z.
    pub time_s: u64,
}

impl Request {
    /// Over the bytes of a note. `random` makes sure that the answer is to this request.
    ///
    /// # Errors
    ///
    /// If the nonce cannot be encoded, which no value of `random` causes.
    pub fn new(note: &[u8], random: [u8; 8]) -> Result<Self, TimestampError> {
        // Positive, and of one length: DER has no leading zeros.
        let nonce = (u64::from_be_bytes(random) >> 2) | (1 << 62);
        Ok(Self {
            imprint: *sha256(&[note]).as_bytes(),
            nonce: Int::new(&nonce.to_be_bytes()).map_err(TimestampError::Shape)?,
        })
    }

    /// The request's bytes.
    ///
    /// # Errors
    ///
    /// If it cannot be encoded.
    pub fn to_der(&self) -> Result<Vec<u8>, TimestampError> {
        let request = TimeStampReq {
            version: TspVersion::V1,
            message_imprint: MessageImprint {
                hash_algorithm: AlgorithmIdentifier {
                    oid: SHA_256,
                    parameters: Some(Any::from(Null)),
                },
                hashed_message: OctetString::new(self.imprint).map_err(TimestampError::Shape)?,
            },
            req_policy: None,
            nonce: Some(self.nonce.clone()),
            cert_req: true,
            extensions: None,
        };
        request.to_der().map_err(TimestampError::Shape)
    }

    /// Checks an answer: granted, over this note, to this request.
    ///
    /// # Errors
    ///
    /// One variant of [`TimestampError`] per check.
    pub fn check(&self, answer: &[u8]) -> Result<Attested, TimestampError> {
        let info = info(answer)?;
        if info.nonce.as_ref() != Some(&self.nonce) {
            return Err(TimestampError::Nonce);
        }
        attests(&info, &self.imprint)
    }
}

/// What a stored answer attests about a note.
///
/// # Errors
///
/// One variant of [`TimestampError`] per check.
pub fn attested(answer: &[u8], note: &[u8]) -> Result<Attested, TimestampError> {
    attests(&info(answer)?, sha256(&[note]).as_bytes())
}

fn attests(info: &TstInfo, imprint: &[u8; 32]) -> Result<Attested, TimestampError> {
    let found = &info.message_imprint;
    if found.hash_algorithm.oid != SHA_256 || found.hashed_message.as_bytes() != imprint {
        return Err(TimestampError::Imprint);
    }
    Ok(Attested {
        time_s: info.gen_time.to_unix_duration().as_secs(),
    })
}

fn info(answer: &[u8]) -> Result<TstInfo, TimestampError> {
    let answer = TimeStampResp::from_der(answer).map_err(TimestampError::Shape)?;
    let token = match (answer.status.status as u8, answer.time_stamp_token) {
        // RFC 3161 §2.4.2: granted, granted with modifications.
        (0 | 1, Some(token)) => token,
        (status, _) => return Err(TimestampError::Refused(status)),
    };
    let signed: SignedData = token.content.decode_as().map_err(TimestampError::Shape)?;
    let content = signed.encap_content_info;
    let missing = || TimestampError::Shape(der::ErrorKind::Failed.into());
    if content.econtent_type != TST_INFO {
        return Err(missing());
    }
    let bytes: OctetString = content
        .econtent
        .ok_or_else(missing)?
        .decode_as()
        .map_err(TimestampError::Shape)?;
    TstInfo::from_der(bytes.as_bytes()).map_err(TimestampError::Shape)
}
