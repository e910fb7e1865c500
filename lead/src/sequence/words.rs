//! Words that tell about a person's health, for the check of what travels in the clear.

use crate::manifest::ManifestSource;

/// Beginnings of words of care that point at a condition, a part of the body, a treatment or a specialty, English
/// and Spanish, without accents. A list like this is never complete: it catches slips, and a person reads what is
/// sent. Words that any appointment has (care, visit, doctor, call) are not in it.
const BEGINNINGS: &[&str] = &[
    // conditions and signs
    "abort",
    "addict",
    "adict",
    "allerg",
    "alergi",
    "alzheimer",
    "anxi",
    "ansied",
    "arthrit",
    "artrit",
    "asthma",
    "asma",
    "autis",
    "cancer",
    "cholesterol",
    "colesterol",
    "chronic",
    "cronic",
    "condition",
    "dement",
    "depress",
    "depres",
    "diabet",
    "disab",
    "discapac",
    "disease",
    "disorder",
    "dolor",
    "embaraz",
    "enferm",
    "epilep",
    "fertil",
    "fractur",
    "headache",
    "hepat",
    "herni",
    "hiv",
    "vih",
    "hypertens",
    "hipertens",
    "illness",
    "incontinen",
    "infect",
    "infec",
    "injur",
    "insomn",
    "lesion",
    "menopaus",
    "migran",
    "migrain",
    "obes",
    "pain",
    "pregnan",
    "psych",
    "psiq",
    "psicol",
    "sintom",
    "sobrepeso",
    "stroke",
    "suicid",
    "symptom",
    "trastorn",
    "tumor",
    "tumour",
    "ulcer",
    "weight",
    "wound",
    // parts of the body
    "ankle",
    "artery",
    "back pain",
    "bladder",
    "brain",
    "breast",
    "bowel",
    "cadera",
    "cardiac",
    "cerebr",
    "colon",
    "columna",
    "corazon",
    "dental",
    "diente",
    "espald",
    "estomag",
    "foot",
    "hand surg",
    "heart",
    "higad",
    "hip",
    "hombro",
    "joint",
    "kidney",
    "knee",
    "liver",
    "lung",
    "muscle",
    "ovar",
    "penis",
    "prostat",
    "pulmon",
    "rinon",
    "rodill",
    "shoulder",
    "skin",
    "spine",
    "stomach",
    "teeth",
    "thyroid",
    "tiroid",
    "tobill",
    "tooth",
    "uter",
    "vagin",
    "varic",
    "wrist",
    "muneca",
    "piel",
    // treatments
    "anesthe",
    "anestes",
    "biops",
    "botox",
    "chemo",
    "cirug",
    "colonoscop",
    "dialys",
    "dialis",
    "dose",
    "dosis",
    "drug",
    "endoscop",
    "implant",
    "inject",
    "inyecc",
    "insulin",
    "lasik",
    "medicament",
    "medicat",
    "mri",
    "operacion",
    "opioid",
    "pill",
    "prescri",
    "procedure",
    "procedimiento",
    "prothes",
    "protes",
    "radiat",
    "receta",
    "rehab",
    "replacement",
    "reemplazo",
    "surger",
    "surgic",
    "terap",
    "therap",
    "transplant",
    "trasplant",
    "treatment",
    "tratamiento",
    "ultrasound",
    "vaccin",
    "vacun",
    "x-ray",
    "radiograf",
    // specialties
    "bariatr",
    "cardio",
    "chiropract",
    "quiropr",
    "dermat",
    "endocrin",
    "gastro",
    "geriatr",
    "ginec",
    "gynec",
    "hematolog",
    "nephro",
    "nefro",
    "neuro",
    "obstet",
    "oncolog",
    "ophthalm",
    "oftalm",
    "ortho",
    "ortop",
    "pediatr",
    "podiatr",
    "podolog",
    "pulmon",
    "radiolog",
    "reumat",
    "rheumat",
    "urolog",
    "vascular",
];

/// Words that begin like one of the list and are everyday words.
const HARMLESS: &[&str] =
    &["conditions", "hippo", "painless", "pillow", "footer", "hearty", "hipster", "drugstore", "colonia"];

/// What must not stand where others read it: the built-in list, and the practice's services in all its languages,
/// as whole names and by their longer words.
#[must_use]
pub fn health_words(manifest: &ManifestSource) -> Vec<String> {
    let mut words: Vec<String> = BEGINNINGS.iter().map(|&word| word.to_owned()).collect();
    let everyday = [
        "yet", "sure", "other", "otro", "otra", "general", "todavia", "opinion", "second", "segunda", "visit",
    ];
    for service in &manifest.services {
        for label in service.label.0.values() {
            let label = plain(label);
            for word in label.split(' ').filter(|word| word.chars().count() >= 5 && !everyday.contains(word))
            {
                words.push(word.to_owned());
            }
        }
    }
    words.sort_unstable();
    words.dedup();
    words
}

/// The first word of `text` that tells about health.
#[must_use]
pub fn tells_health(text: &str, words: &[String]) -> Option<String> {
    let text = plain(text);
    let harmless = |word: &str| HARMLESS.contains(&word);
    words
        .iter()
        .filter_map(|word| {
            let found = text.match_indices(word.as_str()).find(|(at, _)| {
                let begins = *at == 0 || text.as_bytes()[at - 1] == b' ';
                let whole = text[*at..].split(' ').next().unwrap_or_default();
                begins && !harmless(whole)
            });
            found.map(|(at, _)| (at, text[at..].split(' ').next().unwrap_or_default().to_owned()))
        })
        .min()
        .map(|(_, word)| word)
}

/// Lower case, without accents, every run of other characters one space.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        let c = match c {
            'á' | 'à' | 'ä' => 'a',
            'é' | 'è' | 'ë' => 'e',
            'í' | 'ì' | 'ï' => 'i',
            'ó' | 'ò' | 'ö' => 'o',
            'ú' | 'ù' | 'ü' => 'u',
            'ñ' => 'n',
            c => c,
        };
        if c.is_alphanumeric() || c == '-' {
            plain.push(if c == '-' { ' ' } else { c });
        } else if !plain.ends_with(' ') && !plain.is_empty() {
            plain.push(' ');
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words() -> Vec<String> {
        BEGINNINGS.iter().map(|&word| word.to_owned()).collect()
    }

    #[test]
    fn slips_are_caught_in_both_languages() {
        for (text, word) in [
            ("Your knee replacement", "knee"),
            ("About your orthopedic visit", "orthopedic"),
            ("Su CIRUGÍA", "cirugia"),
            ("https://www.lakeside.example/guides/hip-pain", "hip"),
            ("Your visit;pain", "pain"),
            ("Información sobre su rodilla", "rodilla"),
        ] {
            assert_eq!(tells_health(text, &words()).as_deref(), Some(word), "{text}");
        }
    }

    #[test]
    fn everyday_words_pass() {
        for text in [
            "We received your request",
            "How to reach us, and what happens next",
            "Recibimos su solicitud",
            "Your visit at Lakeside",
            "Un recordatorio de su cita",
            "On the other hand, we would be glad to help",
            "Reply and tell us when it suits you",
        ] {
            assert_eq!(tells_health(text, &words()), None, "{text}");
        }
    }
}
