//! What the team writes down about its patients.

pub const NOTES: &[&str] = &[
    "Llamó para preguntar por horarios después de las 18:00. Prefiere martes o jueves.",
    "Quedó de enviar la radiografía panorámica por correo.",
    "Tiene seguro complementario; hay que mandarle el presupuesto con códigos.",
    "Pidió pagar en tres cuotas. Consultar con Carolina.",
    "No contestó. Volver a intentar mañana en la mañana.",
    "Viene con su hija a la próxima hora, dejar dos bloques seguidos.",
    "Muy nerviosa con la anestesia: agendar con la Dra. Paz.",
    "Confirmó la evaluación en Providencia.",
    "Comparó con otra clínica; le explicamos que el presupuesto incluye los controles.",
    "Alérgico a la penicilina, quedó anotado en la ficha.",
];

pub const WON: &[&str] = &["Aceptó el presupuesto completo", "Abonó la primera cuota", "Empieza el lunes"];

pub const LOST: &[&str] = &[
    "Muy caro",
    "Se atendió en otra clínica",
    "Dejó de responder",
    "Lo posterga para el próximo año",
    "Se cambió de ciudad",
];
