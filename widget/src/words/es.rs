//! Spanish.

use super::Words;
use crate::validate::Problem;

/// Spanish.
pub const WORDS: Words = Words {
    name: "Español",
    right_to_left: false,
    step: "Paso {} de {}",
    optional: "opcional",
    choose: "Elija una opción",
    next: "Continuar",
    back: "Atrás",
    review: "Revisar sus respuestas",
    review_title: "¿Está todo bien?",
    review_hint: "Todavía no ha salido nada de su dispositivo.",
    change: "Cambiar",
    send: "Enviar de forma segura",
    sending: "Enviando…",
    sealed_for: "Cifrado para {}.",
    sealed_how: "Sus respuestas se cierran con llave en su navegador y solo el consultorio puede abrirlas.",
    sent_title: "Gracias, {}.",
    sent_title_plain: "Gracias.",
    sent_delivered: "Su mensaje ha llegado de forma segura a {}.",
    sent_waiting: "Parece que no tiene conexión. Su mensaje está sellado y guardado en este dispositivo. Se enviará \
                   solo a {} en cuanto haya conexión, o cuando vuelva a visitar este sitio web.",
    sent_waiting_here: "Parece que no tiene conexión. Su mensaje está sellado y se enviará solo a {} en cuanto haya \
                        conexión. Mantenga esta página abierta hasta entonces.",
    reference: "Su referencia",
    reference_hint: "Téngala a mano si nos llama.",
    next_title: "Qué pasa ahora",
    next_read: "Una persona del equipo de {} lee su mensaje.",
    next_phone: "Le llamamos al número que nos dio.",
    next_text: "Le escribimos un mensaje de texto al número que nos dio.",
    next_email: "Le escribimos a la dirección que nos dio.",
    next_any: "Nos ponemos en contacto de la manera que prefirió.",
    next_sooner: "Si prefiere hablar ahora, llame al {}.",
    another: "Enviar otro mensaje",
    refused_title: "No pudimos enviar su mensaje",
    refused: "Lo sentimos. Sus respuestas siguen aquí y nadie las ha visto. Inténtelo otra vez o llame al {}.",
    retry: "Intentar de nuevo",
    emergency_title: "Esto puede necesitar ayuda ahora mismo",
    emergency_911: "Llame al 911",
    emergency_988: "Llame o envíe un mensaje de texto al 988 (Línea de Prevención del Suicidio y Crisis)",
    emergency_poison: "Llame a Control de Envenenamiento, 1-800-222-1222",
    emergency_form: "Nadie vigila este formulario las 24 horas. Puede terminarlo después.",
    language: "Idioma",
    one_problem: "Una respuesta necesita otra mirada.",
    problems: "{} respuestas necesitan otra mirada.",
    characters_left: "Quedan {} caracteres",
    trap: "Por favor, deje esto vacío",
    yes: "Sí",
    no: "No",
    myself: "Para mí",
    any_time: "En cualquier momento",
    insured: "Tengo seguro médico",
    self_pay: "Pagaré por mi cuenta",
    unknown_insurance: "No estoy seguro",
    by_phone: "Llámenme",
    by_text: "Mensaje de texto",
    by_email: "Correo electrónico",
    patient_name: "Nombre del paciente",
    physician: "Nombre del médico",
    physician_practice: "Su consultorio u hospital",
    carrier: "Compañía de seguros",
    plan: "Plan",
    member_id: "Número de afiliado",
    problem,
};

const fn problem(problem: Problem) -> &'static str {
    match problem {
        Problem::Missing => "Por favor, complete este campo.",
        Problem::NotChosen => "Por favor, elija una opción.",
        Problem::NotAgreed => "Por favor, marque esta casilla para que podamos responderle.",
        Problem::Email => {
            "Esta dirección de correo no está completa. Una dirección es así: nombre@example.com."
        }
        Problem::Phone => "Escriba el número completo con el código de área, por ejemplo (555) 555-0142.",
        Problem::Zip => "Revise este código. Un código ZIP tiene cinco cifras.",
        Problem::Date => "Revise esta fecha.",
        Problem::TooLong(_) => "Es más largo de lo que podemos recibir. Acórtelo un poco, por favor.",
        Problem::NoWayBack => "Denos un número de teléfono o un correo electrónico para poder responderle.",
        Problem::PhoneForThat => "Prefiere una llamada o un mensaje de texto: ¿a qué número?",
        Problem::EmailForThat => "Prefiere un correo electrónico: ¿a qué dirección?",
    }
}
