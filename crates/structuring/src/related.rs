//! Concepts that are near each other.

use crate::lexicon::concept;
use rustc_hash::FxHashMap;
use std::sync::LazyLock;

/// Concepts that are not the same but near: how much one stands for the other.
static RELATED: LazyLock<FxHashMap<(u16, u16), f32>> = LazyLock::new(|| {
    let mut related = FxHashMap::default();
    for (a, b, near) in [
        ("PHONE", "MOBILE", 0.9),
        ("PHONE", "WHATSAPP", 0.85),
        ("PHONE", "LANDLINE", 0.7),
        ("MOBILE", "WHATSAPP", 0.85),
        ("PEOPLE", "PAX", 0.85),
        ("PEOPLE", "ADULTS", 0.5),
        ("PEOPLE", "EMPLOYEES", 0.5),
        ("CITY", "DISTRICT", 0.6),
        ("NEIGH", "DISTRICT", 0.85),
        ("PRODUCT", "TREAT", 0.7),
        ("PRODUCT", "PLAN", 0.5),
        ("PROGRAM", "LANGUAGE", 0.5),
        ("PROGRAM", "PRODUCT", 0.5),
        ("START", "ARRIVAL", 0.75),
        ("START", "HANDIN", 0.8),
        ("ARRIVAL", "HANDIN", 0.7),
        ("START", "PICKUPDATE", 0.75),
        ("END", "RETURN", 0.75),
        ("START", "DEPARTURE", 0.6),
        ("REASON", "TREAT", 0.6),
        ("REASON", "CASETYPE", 0.5),
        ("REASON", "CASEDESC", 0.7),
        ("NOTES", "CASEDESC", 0.75),
        ("HEALTHINS", "INSTYPE", 0.6),
        ("ORDERTOTAL", "TOTAL", 0.85),
        ("ORDERTOTAL", "AMOUNT", 0.6),
        ("LOANAMT", "AMOUNT", 0.6),
        ("DONATION", "AMOUNT", 0.6),
        ("FEE", "AMOUNT", 0.6),
        ("FEE", "PREMIUM", 0.5),
        ("VENUE", "ADDRESS", 0.5),
        ("LEVEL", "LANGLEVEL", 0.85),
        ("EXPERIENCE", "YEARSEXP", 0.9),
        ("CHILDREN", "DEPEND", 0.6),
        ("R_OWNER", "HOMEOWNER", 0.8),
        ("APPOINT", "FIRSTAPPT", 0.85),
        ("PRODUCT", "INTEREST", 0.5),
        ("VEHICLE", "BRAND", 0.6),
        ("VEHICLE", "CARLINE", 0.7),
        ("VEHICLE", "CARCLASS", 0.6),
        ("SPENT", "ORDERTOTAL", 0.4),
        ("ORDERDATE", "PURCHASE", 0.6),
        ("HOUR", "AVAIL", 0.6),
        ("WEEKDAYS", "AVAIL", 0.7),
        ("INCOME", "SALARYEXP", 0.5),
        ("FINANCING", "LOANAMT", 0.4),
        ("PAYMENT", "FINANCE", 0.7),
        ("FINANCING", "FINANCE", 0.7),
        ("FINANCING", "PAYMENT", 0.5),
        ("JOB", "INDUSTRY", 0.3),
        ("ORIGIN", "ADDRESS", 0.4),
        ("SHIPPING", "ADDRESS", 0.3),
        ("BUDGET", "AMOUNT", 0.6),
        ("CONSENT", "MARKETING", 0.8),
        ("CERT", "MEDCERT", 0.6),
        ("VEHICLE", "PLATE", 0.1),
        ("AMOUNT", "DAYRATE", 0.6),
        ("AMOUNT", "SESSIONFEE", 0.6),
        ("AMOUNT", "PREMIUM", 0.5),
        ("COMPANY", "OPERATOR", 0.3),
        ("CITY", "NEIGH", 0.2),
        ("PROPERTY", "ROOMTYPE", 0.4),
        ("BIRTH", "AGE", 0.1),
        ("ELECTRICBILL", "KWH", 0.2),
        ("INSTYPE", "POLICY", 0.2),
        ("GOAL", "REASON", 0.6),
        ("MONTHLY", "FEE", 0.4),
        ("TOTAL", "AMOUNT", 0.7),
        ("COUNTRY", "NATIONALITY", 0.6),
        ("CREATED", "ORDERDATE", 0.3),
        ("EVENTDATE", "APPOINT", 0.5),
        ("HOMEOWNER", "PROPERTY", 0.2),
        ("SIZE", "AREASIZE", 0.3),
        ("DEPARTURE", "RETURN", 0.2),
        ("INJURY", "ALLERGY", 0.3),
        ("MEDICATION", "TREAT", 0.4),
        ("MOVEDATE", "START", 0.5),
        ("INSTALLDATE", "APPOINT", 0.4),
        ("DELIVERDATE", "SHIPPING", 0.5),
    ] {
        let (a, b) = (concept(a), concept(b));
        related.insert((a, b), near);
        related.insert((b, a), near);
    }
    related
});

/// 1 for the same concept, less for near ones, 0 for strangers.
pub(crate) fn related(a: u16, b: u16) -> f32 {
    if a == b { 1.0 } else { RELATED.get(&(a, b)).copied().unwrap_or(0.0) }
}
