//! What a word near a number says about it.

use std::ops::BitOr;

/// A set of topics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Topics(u64);

impl Topics {
    pub(super) const NONE: Self = Self(0);

    pub(super) const CARD: Self = Self(1);
    pub(super) const SECURITY_CODE: Self = Self(1 << 1);
    pub(super) const PIN: Self = Self(1 << 2);
    pub(super) const IBAN: Self = Self(1 << 3);
    pub(super) const BANK: Self = Self(1 << 4);
    pub(super) const ROUTING: Self = Self(1 << 5);
    pub(super) const PASSPORT: Self = Self(1 << 6);
    pub(super) const LICENCE: Self = Self(1 << 7);
    pub(super) const PHONE: Self = Self(1 << 8);
    pub(super) const BIRTH: Self = Self(1 << 9);
    pub(super) const ADDRESS: Self = Self(1 << 10);
    pub(super) const RECORD: Self = Self(1 << 11);
    /// An identifier of a person at an authority, whichever.
    pub(super) const PERSON: Self = Self(1 << 12);

    pub(super) const US_SSN: Self = Self(1 << 16);
    pub(super) const US_NPI: Self = Self(1 << 17);
    pub(super) const US_MBI: Self = Self(1 << 18);
    pub(super) const CA_SIN: Self = Self(1 << 19);
    pub(super) const MX_CURP: Self = Self(1 << 20);
    pub(super) const BR_CPF: Self = Self(1 << 21);
    pub(super) const BR_CNPJ: Self = Self(1 << 22);
    pub(super) const UK_NHS: Self = Self(1 << 23);
    pub(super) const UK_NINO: Self = Self(1 << 24);
    pub(super) const DE_TAX: Self = Self(1 << 25);
    pub(super) const FR_NIR: Self = Self(1 << 26);
    pub(super) const ES_DNI: Self = Self(1 << 27);
    pub(super) const IT_CF: Self = Self(1 << 28);
    pub(super) const NL_BSN: Self = Self(1 << 29);
    pub(super) const BE_NN: Self = Self(1 << 30);
    pub(super) const PL_PESEL: Self = Self(1 << 31);
    pub(super) const FI_HETU: Self = Self(1 << 32);
    pub(super) const SE_PN: Self = Self(1 << 33);
    pub(super) const TR_TCKN: Self = Self(1 << 34);
    pub(super) const IN_AADHAAR: Self = Self(1 << 35);
    pub(super) const IN_PAN: Self = Self(1 << 36);
    pub(super) const CN_ID: Self = Self(1 << 37);
    pub(super) const KR_RRN: Self = Self(1 << 38);
    pub(super) const JP_MY: Self = Self(1 << 39);
    pub(super) const SG_NRIC: Self = Self(1 << 40);
    pub(super) const AU_TFN: Self = Self(1 << 41);
    pub(super) const ZA_ID: Self = Self(1 << 42);

    /// Not a person's: an order, a version, a size.
    pub(super) const THING: Self = Self(1 << 60);
    /// Something's id, perhaps a person's.
    pub(super) const SOME_ID: Self = Self(1 << 61);
    /// As a name: a time, a number or an id. In prose: nothing.
    pub(super) const VAGUE_NAME: Self = Self(1 << 62);

    /// Values that are a whole text or a whole cell.
    pub(super) const WHOLE: Self = Self::SECURITY_CODE
        .or(Self::PIN)
        .or(Self::BIRTH)
        .or(Self::ADDRESS);

    pub(super) const DOCUMENT: Self = Self::PASSPORT.or(Self::LICENCE).or(Self::RECORD);

    /// What has no check digit and no form of its own: only words tell it.
    pub(super) const TOLD: Self = Self::WHOLE
        .or(Self::DOCUMENT)
        .or(Self::BANK)
        .or(Self::PHONE);

    const AGAINST: Self = Self(Self::THING.0 | Self::SOME_ID.0 | Self::VAGUE_NAME.0);

    pub(super) const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(super) const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub(super) const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub(super) const fn is_none(self) -> bool {
        self.0 == 0
    }

    /// What speaks for a kind of data.
    pub(super) const fn positive(self) -> Self {
        Self(self.0 & !Self::AGAINST.0)
    }
}

impl BitOr for Topics {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        self.or(other)
    }
}
