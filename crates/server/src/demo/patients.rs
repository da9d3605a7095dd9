//! Invented people. Their numbers have 555 where nobody's number has it, their addresses end in example.com.

use super::draw::Draw;

pub const COUNT: usize = 150;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    Spanish,
    Portuguese,
    English,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Whatsapp,
    WebWhatsapp,
    Webchat,
    Playground,
}

#[derive(Debug)]
pub struct Patient {
    pub number: usize,
    pub first: &'static str,
    pub last: &'static str,
    pub second: &'static str,
    /// E.164
    pub phone: String,
    pub email: String,
    pub rut: String,
    /// Year, month, day.
    pub born: (usize, usize, usize),
    pub insurance: &'static str,
    pub treatment: &'static str,
    /// Pesos
    pub budget: usize,
    pub commune: &'static str,
    pub source: &'static str,
    pub language: Language,
    pub way: Way,
}

const FIRST: &[&str] = &[
    "Camila",
    "Matías",
    "Sofía",
    "Benjamín",
    "Isidora",
    "Vicente",
    "Antonia",
    "Tomás",
    "Fernanda",
    "Sebastián",
    "Javiera",
    "Cristóbal",
    "Catalina",
    "Ignacio",
    "Constanza",
    "Felipe",
    "Francisca",
    "Diego",
    "Paula",
    "Andrés",
    "Daniela",
    "Gonzalo",
    "Marcela",
    "Hernán",
    "Ximena",
    "Patricio",
    "Rosa",
    "Manuel",
    "Lorena",
    "Nicolás",
];
const LAST: &[&str] = &[
    "González",
    "Muñoz",
    "Rojas",
    "Díaz",
    "Pérez",
    "Soto",
    "Contreras",
    "Silva",
    "Martínez",
    "Sepúlveda",
    "Morales",
    "Rodríguez",
    "López",
    "Fuentes",
    "Hernández",
    "Torres",
    "Araya",
    "Flores",
    "Espinoza",
    "Valenzuela",
    "Castillo",
    "Tapia",
    "Reyes",
    "Gutiérrez",
    "Castro",
    "Pizarro",
    "Álvarez",
    "Vásquez",
    "Sánchez",
    "Fernández",
    "Ramírez",
    "Carrasco",
    "Gómez",
];
const BRAZILIAN: &[(&str, &str)] = &[
    ("Beatriz", "Almeida"),
    ("Rafael", "Moreira"),
    ("Larissa", "Teixeira"),
    ("Thiago", "Barbosa"),
    ("Juliana", "Cardoso"),
    ("Gustavo", "Nogueira"),
    ("Mariana", "Azevedo"),
    ("João", "Ribeiro"),
];
const ENGLISH: &[(&str, &str)] =
    &[("Emily", "Carter"), ("James", "Walker"), ("Olivia", "Bennett"), ("Daniel", "Hughes"), ("Grace", "Morgan")];
const COMMUNES: &[&str] = &[
    "Providencia",
    "Ñuñoa",
    "Maipú",
    "La Florida",
    "Las Condes",
    "Santiago Centro",
    "Puente Alto",
    "Quilicura",
    "Macul",
];
const SOURCES: &[&str] = &["instagram", "facebook", "google", "recomendación", "sitio web", "tiktok"];
const TREATMENTS: &[&str] = &["Ortodoncia", "Implantes", "Blanqueamiento", "Limpieza", "Endodoncia", "Carillas"];

pub fn all() -> Vec<Patient> {
    let mut draw = Draw::new(20_260_314);
    (0..COUNT).map(|number| patient(number, &mut draw)).collect()
}

fn patient(number: usize, draw: &mut Draw) -> Patient {
    let language = match draw.below(100) {
        0..90 => Language::Spanish,
        90..96 => Language::Portuguese,
        _ => Language::English,
    };
    let (first, last) = match language {
        Language::Spanish => (draw.pick(FIRST), draw.pick(LAST)),
        Language::Portuguese => draw.pick(BRAZILIAN),
        Language::English => draw.pick(ENGLISH),
    };
    let phone = match language {
        Language::Spanish => format!("+5695555{:04}", 1000 + number * 37),
        Language::Portuguese => format!("+551195555{:04}", 1000 + number * 13),
        Language::English => format!("+1202555{:04}", 100 + number % 100),
    };
    let way = match draw.below(100) {
        0..52 => Way::Whatsapp,
        52..75 => Way::WebWhatsapp,
        75..90 => Way::Webchat,
        _ => Way::Playground,
    };
    let email = format!("{}.{}{number}@example.com", plain(first), plain(last));
    Patient {
        number,
        first,
        last,
        second: draw.pick(LAST),
        phone,
        email,
        rut: rut(9_000_000 + draw.below(14_000_000) / COUNT * COUNT + number),
        born: (1948 + draw.below(58), 1 + draw.below(12), 1 + draw.below(28)),
        insurance: draw.pick(&["Fonasa", "Isapre", "Particular"]),
        treatment: draw.pick(TREATMENTS),
        budget: (4 + draw.below(180)) * 10_000,
        commune: draw.pick(COMMUNES),
        source: draw.pick(SOURCES),
        language,
        way,
    }
}

/// For an address: lower case, without accents.
fn plain(name: &str) -> String {
    structuring::fold(name).replace(' ', "")
}

/// `12.345.678-5`: a Chilean tax number with its check digit, modulo 11.
fn rut(number: usize) -> String {
    let digits: Vec<usize> = number.to_string().bytes().rev().map(|digit| usize::from(digit - b'0')).collect();
    let sum: usize = digits.iter().zip([2, 3, 4, 5, 6, 7].iter().cycle()).map(|(digit, weight)| digit * weight).sum();
    let check = match 11 - sum % 11 {
        11 => "0".to_owned(),
        10 => "K".to_owned(),
        digit => digit.to_string(),
    };
    let (millions, thousands, ones) = (number / 1_000_000, number / 1000 % 1000, number % 1000);
    format!("{millions}.{thousands:03}.{ones:03}-{check}")
}

/// `1234567` → `1.234.567`.
pub fn dotted(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push('.');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn people_are_the_same_every_time_and_nobody_is_twice() {
        let (one, other) = (all(), all());
        assert_eq!(format!("{one:?}"), format!("{other:?}"));
        for key in [|p: &Patient| p.phone.clone(), |p: &Patient| p.rut.clone(), |p: &Patient| p.email.clone()] {
            assert_eq!(one.iter().map(key).collect::<HashSet<_>>().len(), COUNT);
        }
    }

    #[test]
    fn tax_numbers_have_their_check_digit() {
        assert_eq!(rut(12_345_678), "12.345.678-5");
        assert_eq!(rut(20_347_850), "20.347.850-K");
        assert_eq!(dotted(1_234_567), "1.234.567");
    }
}
