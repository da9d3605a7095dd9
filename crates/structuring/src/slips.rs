//! Words of keys that are shortened or misspelt.

use crate::lexicon::lookup;

/// Words that spreadsheets shorten in every way.
const CORE: &[&str] = &[
    "cliente",
    "paciente",
    "telefono",
    "celular",
    "nombre",
    "apellido",
    "correo",
    "direccion",
    "alumno",
    "contacto",
    "domicilio",
    "nacimiento",
    "vendedor",
    "observaciones",
    "presupuesto",
    "cantidad",
    "vehiculo",
    "municipio",
    "departamento",
    "provincia",
    "documento",
    "telefone",
    "sobrenome",
    "endereco",
    "nascimento",
    "customer",
    "address",
    "quantity",
    "appointment",
    "servicio",
    "tratamiento",
    "empresa",
    "inmobiliaria",
    "imobiliaria",
    "emergencia",
    "apoderado",
    "responsable",
    "identificacion",
    "obligacion",
    "ocorrencia",
    "ocorrido",
    "contrato",
    "matricula",
    "propietario",
    "habitacion",
    "medicamento",
    "especialidad",
    "factura",
    "vencimiento",
    "instalacion",
    "solicitante",
    "referencia",
    "aseguradora",
];

/// Words that people misspell when they name a column; with those of [`CORE`].
const COMMON: &[&str] = &[
    "origen",
    "destino",
    "fecha",
    "precio",
    "monto",
    "ciudad",
    "pasajeros",
    "personas",
    "apellidos",
    "nombres",
    "telefonos",
    "comentario",
    "mensaje",
    "servicio",
    "empresa",
    "horario",
    "entrada",
    "salida",
    "llegada",
    "regreso",
    "pedido",
    "producto",
    "direccion",
    "barrio",
    "colonia",
    "comuna",
    "edad",
    "cumpleanos",
    "cedula",
    "pasaporte",
    "matricula",
    "presupuesto",
    "cidade",
    "bairro",
    "nome",
    "endereco",
    "horario",
    "pagamento",
    "produto",
    "quantidade",
    "mensagem",
    "idade",
    "orcamento",
    "phone",
    "number",
    "email",
    "message",
    "company",
    "budget",
    "service",
    "birthday",
    "arrival",
    "departure",
    "guests",
    "passengers",
    "quantity",
    "address",
    "comments",
    "surname",
    "mobile",
];

/// The core word that a key's unknown one shortens or misspells: `clte`, `nmbre`, `domic`, `telefno`, `fehca`.
pub(crate) fn expand(word: &str) -> Option<&'static str> {
    if !(4..=12).contains(&word.len())
        || !word.bytes().all(|b| b.is_ascii_lowercase())
        || lookup(word, 1).is_some()
        || crate::vectors::weight(word).is_some()
    {
        return None;
    }
    let shortens = |long: &&str| {
        word.len() >= 5 && long.len() > word.len() && long.starts_with(word) || crate::units::is_skeleton(word, long)
    };
    CORE.iter()
        .copied()
        .find(|long| word.len() <= 7 && shortens(long))
        .or_else(|| CORE.iter().chain(COMMON).copied().find(|other| word.len() >= 5 && is_slip(word, other)))
}

/// One letter wrong, missing, too many, or two exchanged.
fn is_slip(word: &str, other: &str) -> bool {
    let (a, b) = (word.as_bytes(), other.as_bytes());
    if a.len().abs_diff(b.len()) > 1 || b.len() < 5 {
        return false;
    }
    let head = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[head..], &b[head..]);
    match (a, b) {
        ([first, second, rest @ ..], [other, another, tail @ ..])
            if first == another && second == other && rest == tail =>
        {
            true
        }
        ([_, rest @ ..], [_, tail @ ..]) if rest == tail => true,
        (longer, [_, rest @ ..]) if longer == rest => true,
        ([_, rest @ ..], longer) if longer == rest => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::expand;

    #[test]
    fn slips_and_abbreviations_are_the_words_they_stand_for() {
        assert_eq!(expand("telefno"), Some("telefono"));
        assert_eq!(expand("fehca"), Some("fecha"));
        assert_eq!(expand("nonbre"), Some("nombre"));
        assert_eq!(expand("xyzzyx"), None);
        assert_eq!(expand("clte"), Some("cliente"));
    }
}
