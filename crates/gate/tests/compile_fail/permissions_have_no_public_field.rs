//! The values of the walk are not written down as literals, and not made out of others.
use bytes::Bytes;
use gate::{
    Call, Cleared, Forwarded, Held, Refusal, Refused, Released, Reply, ReplyBody, Settled, Subject,
};
use ledger::Receipt;

fn released(other: Released) -> Released {
    Released {
        subject: Subject::EndSession,
        ..other
    }
}

fn reply(receipt: Receipt) -> Reply {
    Reply {
        body: ReplyBody::Message(200, Bytes::new()),
        receipt,
    }
}

fn cleared(call: Call, other: Cleared) -> Cleared {
    Cleared { call, ..other }
}

fn held(call: Call, other: Held) -> Held {
    Held { call, ..other }
}

fn refused(other: Refused) -> Refused {
    Refused {
        refusal: Refusal::Stopping,
        ..other
    }
}

fn forwarded(intent: Receipt, other: Forwarded) -> Forwarded {
    Forwarded { intent, ..other }
}

fn settled(forwarded: Forwarded, other: Settled) -> Settled {
    Settled { forwarded, ..other }
}

fn main() {}
