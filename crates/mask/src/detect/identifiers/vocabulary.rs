//! The words that say what a number is, in several languages: lower case, without accents.

use super::topics::Topics;

type T = Topics;

/// Phrases of scripts that do not part words, found anywhere.
pub(super) const UNSPACED: &[(&str, Topics)] = &[
    ("カード", T::CARD),
    ("卡号", T::CARD),
    ("卡號", T::CARD),
    ("信用卡", T::CARD),
    ("银行卡", T::CARD),
    ("카드", T::CARD),
    ("身份证", T::CN_ID),
    ("身分證", T::CN_ID),
    ("公民身份", T::CN_ID),
    ("마이넘버", T::JP_MY),
    ("マイナンバー", T::JP_MY),
    ("個人番号", T::JP_MY),
    ("주민등록", T::KR_RRN),
    ("주민번호", T::KR_RRN),
    ("電話", T::PHONE),
    ("电话", T::PHONE),
    ("手机", T::PHONE),
    ("手機", T::PHONE),
    ("携帯", T::PHONE),
    ("전화", T::PHONE),
    ("휴대폰", T::PHONE),
    ("生年月日", T::BIRTH),
    ("出生日期", T::BIRTH),
    ("생년월일", T::BIRTH),
    ("住所", T::ADDRESS),
    ("地址", T::ADDRESS),
    ("주소", T::ADDRESS),
    ("护照", T::PASSPORT),
    ("旅券", T::PASSPORT),
    ("パスポート", T::PASSPORT),
    ("여권", T::PASSPORT),
    ("आधार", T::IN_AADHAAR),
    ("注文", T::THING),
    ("订单", T::THING),
    ("주문", T::THING),
];

/// Phrases apart by a comma and a space, and what each says.
pub(super) const VOCABULARY: &[(Topics, &str)] = &[
    (
        T::CARD,
        "account pan, american express, amex, bank card, card, card number, cardholder, \
         cardno, cardnum, cardnumber, carta di credito, cartao, carte, carte bancaire, \
         carte bleue, cartenumber, cc, ccn, ccnum, ccnumber, credit card, creditcard, \
         creditcardnumber, debit card, debitcard, diners, discover card, jcb, kaartnummer, \
         kart, karta, karte, kartennr, kartennummer, kartu, karty, kort, kortnummer, kredi \
         karti, kreditkarte, luottokortti, maestro, master card, mastercard, numero carte, \
         pan, payment card, paymentcard, primary account, primary account number, tarjeta, \
         unionpay, visa, карта, карте, карты",
    ),
    (
        T::SECURITY_CODE,
        "card security code, card verification, card verification code, card verification \
         value, cardsecuritycode, cid code, codice di sicurezza, codigo de seguranca, \
         codigo de seguridad, cryptogramme, csc, cvc, cvc2, cvccode, cvn, cvv, cvv2, \
         cvvcode, kartenprufnummer, prufnummer, prufziffer, security code, securitycode, \
         verification value",
    ),
    (
        T::PIN,
        "atm pin, card pin, cardpin, geheimzahl, pin, pin code, pin number, pinnumber",
    ),
    (T::IBAN, "bank account, iban, iban number"),
    (
        T::BANK,
        "ach account, bank account, bank account number, bank acct, bankaccount, \
         bankaccountnumber, checking account, checking acct, deposit account, direct \
         deposit, kontonummer, savings account, savings acct",
    ),
    (
        T::ROUTING,
        "aba, aba number, aba routing, abanumber, ach routing, bank routing, routing, \
         routing no, routing number, routingnumber, rtn, transit number",
    ),
    (
        T::PASSPORT,
        "pasaport, pasaporte, paspoort, pass no, passaporte, passaporto, passeport, \
         passnummer, passport, passport no, passport number, passportno, passportnumber, \
         paszport, reisepass, reisepassnummer, паспорт",
    ),
    (
        T::LICENCE,
        "carnet de conducir, cnh, dl no, dl number, dln, dlnumber, driver id license, \
         driver lic, driver licence, driver license, driver s licence, driver s license, \
         driverlicence, driverlicense, drivers licence, drivers license, driverslicence, \
         driverslicense, driving licence, driving license, drivinglicence, drivinglicense, \
         fuhrerschein, fuhrerscheinnummer, licence number, licencia de conducir, license \
         number, patente di guida, permis de conduire, prawo jazdy, rijbewijs",
    ),
    (
        T::PHONE,
        "call at, call her, call him, call me, call us, callback, caller, cell number, cell \
         phone, cellphone, cellulare, celular, contact no, contact number, dial in, fax, \
         handynummer, home phone, homephone, hotline, komorka, landline, mobile, mobile \
         number, mobilenumber, mobilephone, movil, msisdn, numero de telephone, phone, \
         phone number, phoneno, phonenumber, puhelin, reach her, reach him, reach me, reach \
         us, rufnummer, sms, tel, telefon, telefone, telefonnummer, telefono, telefoon, \
         telemovel, telephone, telephone no, telephone number, telephone portable, text me, \
         voicemail, whatsapp, work phone, workphone, телефон",
    ),
    (
        T::BIRTH,
        "bday, birth, birth date, birth day, birthdate, birthday, born, born on, d o b, \
         data de nascimento, data di nascita, data urodzenia, datanascimento, date de \
         naissance, date of birth, dateofbirth, dob, dogum tarihi, fecha de nacimiento, \
         fechanacimiento, fodelsedag, fodelsedatum, geboortedatum, geboren, geburtsdat, \
         geburtsdatum, geburtstag, nacimiento, naissance, nascimento, nascita, ne le, nee \
         le, syntymaaika, дата рождения",
    ),
    (
        T::ADDRESS,
        "addr, address, address line, addressline, adres, adresse, anschrift, billing \
         address, billingaddress, deliver to, delivery address, direccion, domicilio, \
         endereco, home address, homeaddress, indirizzo, live at, lives at, living at, mail \
         to, mailing address, moved to, postal address, reside at, residence, residential \
         address, resides at, residing at, rue, ship to, shipping address, shippingaddress, \
         strasse, street, street address, street line, streetaddress, адрес",
    ),
    (
        T::RECORD,
        "chart no, chart number, health record number, hospital number, med rec, medical \
         record, medical record no, medical record number, medicalrecord, medicalrecordno, \
         medicalrecordnumber, medrec, mrn, patient id, patient identifier, patient mrn, \
         patient no, patient number, patientennummer, patientid, patientnumber",
    ),
    (
        T::PERSON,
        "ausweis, ausweisnummer, cedula, citizen id, citizen number, citizen service \
         number, citizenid, documento, documento de identidad, gov id, government id, id \
         card, id card number, id document, id no, id number, idcard, identification \
         number, identite, identity card, identity no, identity number, identitynumber, \
         idnumber, national id, national identification, national identifier, national \
         identity, national insurance, nationalid, nationalidnumber, nif, nin, personal \
         code, personal id, personal identification number, personal identity code, \
         personal number, personalausweis, personalid, social insurance, social number, tax \
         id, tax identification, tax identifier, tax no, tax number, taxid, taxnumber, \
         taxpayer, taxpayer id, tin",
    ),
    (
        T::US_SSN,
        "individual taxpayer, itin, numero de seguro social, seguro social, soc sec, \
         social, social sec, social security, social security number, socialsec, \
         socialsecurity, socialsecuritynumber, sossec, ss number, ssn, ssn number, ssn4, \
         tax id, taxid, taxpayer, tin, us ssn",
    ),
    (
        T::US_NPI,
        "national provider, national provider identifier, nationalprovider, npi, npi \
         number, npinumber, provider identifier, provider npi",
    ),
    (
        T::US_MBI,
        "beneficiary identifier, mbi, mbi number, medicare, medicare beneficiary, medicare \
         id, medicare number, medicareid, medicarenumber",
    ),
    (
        T::CA_SIN,
        "assurance sociale, nas, numero d assurance sociale, sin, sin number, sinnumber, \
         social insurance, social insurance number, socialinsurance, socialinsurancenumber",
    ),
    (T::MX_CURP, "curp"),
    (
        T::BR_CPF,
        "cadastro de pessoas, cpf, cpf number, numero cpf",
    ),
    (T::BR_CNPJ, "cadastro nacional, cnpj"),
    (
        T::UK_NHS,
        "national health, national health service, nhs, nhs no, nhs number, nhsnumber",
    ),
    (
        T::UK_NINO,
        "national insurance, national insurance number, nationalinsurance, \
         nationalinsurancenumber, ni no, ni number, nino, ninumber",
    ),
    (
        T::DE_TAX,
        "identifikationsnummer, idnr, steuer, steuer id, steuer identifikationsnummer, \
         steuer idnr, steuerid, steueridentifikationsnummer, steueridnr, steuerliche \
         identifikationsnummer, steuernummer, tax id, taxid, tin",
    ),
    (
        T::FR_NIR,
        "carte vitale, immatriculation, insee, nir, nss, num secu, numero de secu, numero \
         de securite sociale, numero secu, numerosecuritesociale, numsecu, secu, securite \
         sociale, securitesociale, social security",
    ),
    (
        T::ES_DNI,
        "dni, dni nie, dninumber, documento nacional, documento nacional de identidad, nie, \
         nif, numero de documento, numero de identidad",
    ),
    (
        T::IT_CF,
        "cf, cod fisc, cod fiscale, codfiscale, codice fiscale, codicefiscale, fiscal code, \
         fiscalcode, tax code",
    ),
    (
        T::NL_BSN,
        "bsn, bsn nummer, bsnnummer, burger service nummer, burgerservicenummer, citizen \
         service number, sofi, sofi nummer, sofinummer",
    ),
    (
        T::BE_NN,
        "insz, insz nummer, nationaal nummer, national number, national register, niss, \
         nrn, numero de registre national, numero national, numero registre national, \
         registre national, rijksregister, rijksregisternummer, rrn",
    ),
    (T::PL_PESEL, "nr pesel, numer pesel, pesel, pesel number"),
    (
        T::FI_HETU,
        "henkilotunnu, henkilotunnus, hetu, personal identity code",
    ),
    (
        T::SE_PN,
        "personal identity number, personal number, personnr, personnummer, pnr, \
         samordningsnummer, swedish id",
    ),
    (
        T::TR_TCKN,
        "kimlik, kimlik no, kimlik numarasi, t c kimlik no, tc kimlik, tc kimlik no, tc no, \
         tckimlik, tckimlikno, tckn, tcno, vatandaslik",
    ),
    (
        T::IN_AADHAAR,
        "aadhaar, aadhaar card, aadhaar no, aadhaarno, aadhaarnumber, aadhar, aadharno, \
         aadharnumber, adhaar, adhar, uid number, uidai",
    ),
    (
        T::IN_PAN,
        "income tax, pan, pan card, pan no, pan number, pancard, panno, pannumber, \
         permanent account, permanent account number",
    ),
    (
        T::CN_ID,
        "chinese id, id card, idcard, identity card, resident id, resident identity, \
         resident identity card, residentid, sfz, shenfenzheng",
    ),
    (
        T::KR_RRN,
        "jumin, korean id, resident registration, resident registration number, \
         residentregistration, rrn",
    ),
    (
        T::JP_MY,
        "individual number, kojin bango, my number, mynumber",
    ),
    (
        T::SG_NRIC,
        "fin no, fin number, nric, nric fin, nric no, nric number, nricnumber",
    ),
    (
        T::AU_TFN,
        "tax file, tax file number, taxfile, taxfilenumber, tfn, tfn number",
    ),
    (T::ZA_ID, "rsa id, sa id, sa identity, south african id"),
    (
        T::THING,
        "p n, model, case, case id, caseid, pr, bug, \
         account id, accountid, address 0x, amount, app id, appid, arn, artifact, \
         artikelnummer, asin, atime, auftragsnummer, awb, aws account, aws account id, \
         balance, barcode, batch, batch number, bestelling, bestellnummer, bestellung, bill \
         number, block height, booking, build, build id, build number, buildid, \
         buildnumber, byte, bytes, case no, case number, catalog, catalogue, checksum, \
         client id, clientid, column, commande, commit, confirmation code, confirmation \
         number, consignment, coordinates, correlation id, correlationid, counter, ctime, \
         customer id, customerid, cve, cycle, cycles, deployment, digest, doi, duration, \
         ean, elapsed, epoch, epochms, etag, eur, event id, eventid, factura, facture, \
         fattura, file size, filesize, flight, gas, gbp, generation, gtin, guid, guild, \
         hash, height, iccid, imei, imsi, inode, instance id, instanceid, invoice, invoice \
         no, invoice number, invoiceno, invoicenumber, isbn, issn, issue number, item no, \
         item number, itemnumber, iteration, iterations, job id, jobid, lamports, lat, \
         latency, latitude, length, line, lines, lng, lon, longitude, lot no, lot number, \
         md5, message id, messageid, micros, microseconds, millis, milliseconds, model \
         number, mtime, nanos, nanoseconds, node id, nonce, numero de commande, object id, \
         objectid, observedgeneration, offset, order, order id, order no, order number, \
         orderid, orderno, ordernumber, ordine, page id, parcel, part, part no, part \
         number, partno, partnumber, pedido, pid, pipeline id, pn, po number, port, post \
         id, price, process id, processid, product, product id, productid, project id, \
         project number, projectid, pull request, purchase order, rand, random, rechnung, \
         rechnungsnr, rechnungsnummer, record id, recordid, register, release, request id, \
         requestid, reservation, resource version, resourceversion, revision, rfc, row id, \
         rowid, run id, runid, satoshi, seconds, sendungsnummer, seq, sequence, sequence \
         number, serial, serial no, serial number, serialnumber, session id, sessionid, \
         sha, sha1, sha256, shipment, size, sku, sn, snowflake, span, span id, spanid, \
         subtotal, temperature, tenant id, tenantid, thread id, threadid, tick, \
         ticket, ticket no, ticket number, ticks, tid, timestamp, total, trace, trace id, \
         traceid, tracking, tracking id, tracking no, tracking number, trackingid, \
         trackingnumber, transaction id, transactionid, tweet, tweet id, tx, txid, txn, txn \
         id, unix time, unixtime, upc, uptime, usd, user id, userid, uuid, version, vin, \
         waybill, wei, width, workflow id, zamowienie",
    ),
    (
        T::SOME_ID,
        "user, node, code, count, cursor, id, identifier, ids, idx, index, key, no, num, number of, \
         ref, ref no, reference, reference number, refno, token, uid",
    ),
    (
        T::VAGUE_NAME,
        "account, at, created, created at, createdat, customer, date, end, etag, exp, \
         expiration, expires, expiry, iat, job, level, limit, max, min, modified, ms, nbf, \
         ns, page, partition, percent, rate, ratio, rev, run, score, sec, secs, seed, \
         shard, since, start, time, ts, until, updated, updated at, updatedat, us, \
         value ms, version code, versioncode, weight, x, y, z",
    ),
    (
        T::NONE,
        "local address, peer address, source address, destination address, remote address, \
         address space, bind address, business card, call graph, call id, call site, call \
         stack, callid, card component, card id no, card layout, cell type, discover, email \
         address, flash card, function call, graphics card, in order, in order to, index \
         card, ip address, listen address, mac address, memory address, mobile app, mobile \
         device, network card, pan and, passport js, phone book, pin memory, pin to, report \
         card, ring buffer, sd card, social media, social network, sound card, street view, \
         text message, tool call, wallet address, wild card",
    ),
];

#[cfg(test)]
mod tests {
    use super::VOCABULARY;

    #[test]
    fn every_phrase_is_written_as_text_is_compared() {
        for (_, list) in VOCABULARY {
            for phrase in list.split(", ") {
                let plain = phrase.chars().all(|c| c == ' ' || c.is_alphanumeric());
                assert!(plain && phrase == phrase.to_lowercase(), "{phrase}");
                assert!(!phrase.contains("  ") && !phrase.is_empty(), "{list}");
            }
        }
    }
}
