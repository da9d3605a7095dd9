//! Headers of old systems, several shortened words in one: `FNAC`, `TELRES`, `NUMPOL`, `SAPELLIDO`, `TLFCEL`.

use crate::lexicon::lookup;

/// Headers that are read as a whole: a single letter in them stands for a word.
const WHOLE: &[(&str, &[&str])] = &[
    ("fnac", &["fecha", "nacimiento"]),
    ("fnacim", &["fecha", "nacimiento"]),
    ("fing", &["fecha", "ingreso"]),
    ("fvto", &["fecha", "vencimiento"]),
    ("fvenc", &["fecha", "vencimiento"]),
    ("fpago", &["forma", "pago"]),
    ("apynom", &["apellido", "y", "nombre"]),
    ("apeynom", &["apellido", "y", "nombre"]),
    ("ayn", &["apellido", "y", "nombre"]),
    ("nyap", &["nombre", "y", "apellido"]),
    ("pnombre", &["primer", "nombre"]),
    ("snombre", &["segundo", "nombre"]),
    ("pnom", &["primer", "nombre"]),
    ("snom", &["segundo", "nombre"]),
    ("papellido", &["primer", "apellido"]),
    ("sapellido", &["segundo", "apellido"]),
    ("pape", &["primer", "apellido"]),
    ("sape", &["segundo", "apellido"]),
    ("osoc", &["obra", "social"]),
    ("nafil", &["numero", "afiliado"]),
    ("nbenef", &["numero", "dependientes"]),
    ("nhc", &["historia", "clinica"]),
    ("nrohc", &["historia", "clinica"]),
    ("grsang", &["grupo", "sanguineo"]),
    ("medcab", &["medico", "cabecera"]),
    ("sumaseg", &["suma", "asegurada"]),
    ("vighas", &["vigencia", "hasta"]),
    ("vigdes", &["vigencia", "desde"]),
    ("ultcom", &["ultima", "compra"]),
    ("ultcpra", &["ultima", "compra"]),
    ("ultvta", &["ultima", "compra"]),
];

/// Parts of headers with what they stand for, longest first of those that begin alike.
const PARTS: &[(&str, &str)] = &[
    ("afil", "afiliado"),
    ("alum", "alumno"),
    ("apell", "apellido"),
    ("apel", "apellido"),
    ("ape", "apellido"),
    ("aseg", "asegurado"),
    ("barr", "barrio"),
    ("casa", "casa"),
    ("cel", "celular"),
    ("ciud", "ciudad"),
    ("clie", "cliente"),
    ("clte", "cliente"),
    ("cli", "cliente"),
    ("cte", "cliente"),
    ("cod", "codigo"),
    ("compra", "compra"),
    ("contac", "contacto"),
    ("cont", "contacto"),
    ("correo", "correo"),
    ("cred", "credito"),
    ("cve", "codigo"),
    ("depto", "departamento"),
    ("direc", "direccion"),
    ("dir", "direccion"),
    ("doc", "documento"),
    ("dom", "domicilio"),
    ("email", "email"),
    ("empr", "empresa"),
    ("emp", "empresa"),
    ("estciv", "estado civil"),
    ("fax", "fax"),
    ("fch", "fecha"),
    ("fecha", "fecha"),
    ("fec", "fecha"),
    ("fono", "telefono"),
    ("hab", "casa"),
    ("id", "numero"),
    ("imp", "importe"),
    ("ing", "ingreso"),
    ("lim", "limite"),
    ("loc", "localidad"),
    ("mail", "email"),
    ("mat", "matricula"),
    ("med", "medico"),
    ("mov", "celular"),
    ("mun", "municipio"),
    ("nac", "nacimiento"),
    ("nasc", "nascimento"),
    ("nomb", "nombre"),
    ("nom", "nombre"),
    ("nro", "numero"),
    ("num", "numero"),
    ("obs", "observaciones"),
    ("ofic", "trabajo"),
    ("ofi", "trabajo"),
    ("of", "trabajo"),
    ("pac", "paciente"),
    ("pago", "pago"),
    ("part", "particular"),
    ("pers", "personal"),
    ("per", "personal"),
    ("placa", "placa"),
    ("pol", "poliza"),
    ("prov", "provincia"),
    ("res", "casa"),
    ("resp", "responsable"),
    ("sexo", "sexo"),
    ("siniest", "siniestro"),
    ("tel", "telefono"),
    ("telf", "telefono"),
    ("tfno", "telefono"),
    ("tlf", "telefono"),
    ("te", "telefono"),
    ("tipo", "tipo"),
    ("tip", "tipo"),
    ("tit", "titular"),
    ("trab", "trabajo"),
    ("ult", "ultima"),
    ("vcto", "vencimiento"),
    ("venc", "vencimiento"),
    ("vend", "vendedor"),
    ("vta", "compra"),
    ("vto", "vencimiento"),
    ("whats", "whatsapp"),
    ("wsp", "whatsapp"),
];

/// The words that a header is glued from; nothing for words that are words.
pub(crate) fn unglued(word: &str) -> Option<Vec<String>> {
    if !(3..=14).contains(&word.len())
        || !word.bytes().all(|b| b.is_ascii_lowercase())
        || lookup(word, 1).is_some()
    {
        return None;
    }
    if let Some((_, words)) = WHOLE.iter().find(|(whole, _)| *whole == word) {
        return Some(words.iter().map(|word| (*word).to_owned()).collect());
    }
    if crate::vectors::weight(word).is_some() {
        return None;
    }
    let parts = split(word, 3)?;
    (parts.len() > 1).then(|| parts.iter().flat_map(|part| part.split(' ')).map(str::to_owned).collect())
}

/// The fewest parts that make a word, at most `most`.
fn split(word: &str, most: usize) -> Option<Vec<&'static str>> {
    if let Some((_, long)) = PARTS.iter().find(|(short, _)| *short == word) {
        return Some(vec![long]);
    }
    if most < 2 {
        return None;
    }
    let tails = PARTS.iter().filter_map(|(short, long)| {
        let mut parts = split(word.strip_prefix(short).filter(|rest| rest.len() > 1)?, most - 1)?;
        parts.insert(0, long);
        Some((parts, short.len()))
    });
    tails.min_by_key(|(parts, first)| (parts.len(), usize::MAX - first)).map(|(parts, _)| parts)
}

#[cfg(test)]
mod tests {
    use super::unglued;

    #[test]
    fn headers_come_apart_and_words_stay() {
        for (word, wanted) in [
            ("fnac", "fecha nacimiento"),
            ("apynom", "apellido y nombre"),
            ("telres", "telefono casa"),
            ("tlfcel", "telefono celular"),
            ("tecel", "telefono celular"),
            ("numpol", "numero poliza"),
            ("codmun", "codigo municipio"),
            ("numdoc", "numero documento"),
            ("fecafil", "fecha afiliado"),
            ("sapellido", "segundo apellido"),
        ] {
            assert_eq!(unglued(word).map(|words| words.join(" ")).as_deref(), Some(wanted), "{word}");
        }
        for word in
            ["celular", "contacto", "comedor", "tel", "partido", "personal", "telefonia", "documento", "quartos", "xyz"]
        {
            assert_eq!(unglued(word), None, "{word}");
        }
    }
}
