"""Keys and values that belong to no field: what systems, campaigns and other people leave in a record. Invented.

The labelled records have few of them; real ones have many, and without them "the only one left" would be believed too easily."""

STRANGERS = {
    # yes or no
    'newsletter': [True, False, 'yes', 'no'], 'opted_in': [True, 'true'], 'is_test': [False], 'gdpr_ok': [True, 'si'], 'acepta_terminos': ['Sí', True],
    'aceita_termos': ['sim'], 'subscribed': [True, 'Y'], 'verified': ['true', False], 'activo': ['1', 'si', True], 'first_visit': [True, 'no'],
    'has_app': [False, 'yes'], 'robot': [False], 'is_mobile': [True], 'duplicado': ['no', False], 'processed': [True, 'ok'], 'sync': ['ok', True],
    'cookies': ['accepted', True], 'consentimiento': ['si'], 'leido': ['si', 'no'], 'prioritario': ['no', False], 'enviado': ['sim', True],
    'respondido': ['no', 'si'], 'blocked': [False], 'archived': [False, 'no'], 'deleted': [False], 'note': ['ok', 'listo', 'si'], 'check': ['ok', 'x', '1'],
    # counters and measures
    'visits': [3, '12'], 'score': ['17', 82, 40], 'page_views': [5], 'ltv': [250.5, '1200.00'], 'sesiones': ['4'], 'intentos': [2, '1'], 'retries': [0],
    'position': [1, '3'], 'version': ['2', 4], 'height_px': [1080], 'time_on_page': ['183'], 'puntos': ['350', 20], 'ranking': ['5'], 'batch': [118],
    'sequence': [7], 'clicks': ['2'], 'weight_score': ['0.73'], 'lat': [-33.44, '19.43'], 'lng': [-70.65], 'fila': ['14'], 'row_number': [33],
    'saldo_puntos': ['1.250'], 'descuento_pct': ['10'], 'tax': ['19.00', 3.2], 'shipping_fee': ['5.90'], 'propina': ['$2.000'], 'fee': ['$12.50'],
    'impuesto': ['$1,480.00'], 'iva': ['21'], 'subtotal_neto': ['84.000'], 'comision': ['R$ 12,00'], 'balance': ['0.00', 45], 'credit_limit': [5000],
    # when
    'updated_at': ['2026-02-03T10:00:00Z', '2026-06-01 09:12'], 'synced': ['2026-05-05'], 'last_login': ['2026-04-11', '12/03/2026'], 'exported_on': ['03/06/2026'],
    'fecha_carga': ['14/02/2026'], 'ultima_actualizacion': ['2026-01-20'], 'dt_importacao': ['05/05/2026'], 'expires': ['2027-01-01'], 'first_seen': ['2026-01-02'],
    'opened': ['2026-03-03'], 'vigencia': ['31/12/2027'], 'sent_at': ['1767225600'], 'hora': ['14:30', '09:00'], 'closed_on': ['2026-07-08'],
    # codes
    'order_id': ['99182'], 'gclid': ['Cj0KCQiA55'], 'session': ['a81f-22'], 'device_id': ['GX-2210'], 'ref': ['MX-551', 'B12'], 'ip': ['203.0.113.9'],
    'hash': ['9f8a7c'], 'folio': ['5521'], 'ticket_no': ['T-1002'], 'sku': ['AB-55-RED'], 'uuid': ['5f0c-88aa-11'], 'cod_interno': ['00821'],
    'external_id': ['778120'], 'lote': ['L-2026-04'], 'zip_file': ['export.zip'], 'build': ['8.1.3'],
    # words
    'utm_source': ['Google Ads', 'facebook', 'newsletter'], 'campaign': ['Spring Sale', 'Otoño 2026', 'Black Friday'], 'ad_set': ['Lookalike Norte', 'Publico Frio'],
    'device': ['iPhone', 'Android', 'Desktop'], 'browser': ['Chrome Mobile'], 'status': ['Paid', 'Nuevo', 'abierto', 'Em andamento'], 'stage': ['Negotiation', 'Contactado'],
    'page': ['Landing Norte', '/contacto'], 'form_name': ['Contacto Web', 'Lead Gen 2'], 'language': ['Spanish', 'pt-BR', 'es'], 'color': ['Azul', 'Rojo', 'Verde Claro'],
    'tag': ['Gold', 'Frecuente', 'Lead Frio'], 'team': ['Real Madrid', 'Equipo Norte', 'Sales East'], 'banda_favorita': ['Los Prisioneros', 'Soda Estéreo'],
    'favorite_band': ['The Beatles', 'Pink Floyd'], 'cancion': ['La Flaca'], 'movie': ['Blade Runner'], 'libro': ['Cien Años de Soledad'], 'equipo': ['Boca Juniors', 'Santos Laguna'],
    'time_do_coracao': ['Vasco da Gama'], 'store': ['Mall Plaza', 'Tienda Centro'], 'sucursal': ['San Miguel', 'Santa Rosa', 'Villa Luz'], 'region': ['Zona Norte', 'Metropolitana'],
    'calle': ['San Martín', 'Simón Bolívar', 'Benito Juárez'], 'street': ['Martin Luther King', 'Abbey Road'], 'estacion': ['Santa Lucía', 'Plaza Italia'], 'linea': ['Roja'],
    'barrio_evento': ['Santa Teresa'], 'escuela': ['Gabriela Mistral', 'San Patricio'], 'school': ['Lincoln High', 'Saint Mary'], 'hospital_ref': ['San Juan'], 'sala': ['Frida Kahlo', 'Sala Azul'],
    'room': ['Victoria', 'Da Vinci'], 'producto_visto': ['Samsung Galaxy', 'Silla Luna'], 'marca_preferida': ['Carolina Herrera', 'Hugo Boss', 'Calvin Klein'], 'brand': ['Tommy Hilfiger', 'Estée Lauder'],
    'perfume': ['Paco Rabanne'], 'model': ['Mercedes Clase', 'Alfa Romeo'], 'holiday': ['San Valentín', 'Día de la Madre'], 'theme': ['Frozen', 'Toy Story'], 'menu': ['Menú Infantil', 'Santa Fe'],
    'weather': ['Sunny', 'Lluvia'], 'mood': ['Happy', 'Molesto'], 'sentimiento': ['Positivo'], 'intent': ['Compra', 'Soporte'], 'topic': ['Billing Issue', 'Garantía'],
    'plan_anterior': ['Básico'], 'fase': ['Piloto'], 'segmento': ['Pyme', 'Retail'], 'origen_base': ['Base Fría'], 'playlist': ['Ana Belén'], 'artista': ['Rocío Dúrcal', 'Juan Gabriel'],
    'author': ['Isabel Allende'], 'speaker': ['Dra. Paula Ríos'], 'evento': ['Expo Casa'], 'feria': ['Feria del Libro'], 'curso_visto': ['Marketing Digital'],
    # other people
    'updated_by': ['Marta Solís', 'J. Peña'], 'aprobado_por': ['Luis Campos'], 'capturista': ['Norma Díaz'], 'cajero': ['Iván Rojas'], 'atendido_por': ['Karla Nieto', 'Pedro'],
    'gestor': ['Raúl Mena'], 'digitado_por': ['Cláudia Reis'], 'reviewed_by': ['Tom Baker'], 'last_modified_by': ['Sandra Quinn'], 'turno_de': ['Beto Salas'], 'supervisor': ['Elsa Duarte'],
    'checked_by': ['Nina Park'], 'firmado_por': ['Notario Vidal'], 'driver': ['Omar Pinto'], 'repartidor': ['Toño Cruz'], 'maestro': ['Abel Lagos'], 'vecino_de': ['Rita Mora'],
    'bot_name': ['Sofía', 'Max'], 'inviter': ['Carlos Peralta'],
    # other people's numbers and mailboxes
    'linea_soporte': ['+56 2 2555 0100', '55 5555 0199'], 'did': ['+1 305 555 0100'], 'central': ['+34 915 550 100'], 'hotline': ['0800 555 0100'], 'tracking_phone': ['+1 415 555 0111'],
    'tel_repartidor': ['+52 55 5555 0122'], 'mobile_driver': ['07400 123999'], 'cel_cajero': ['+56 9 5550 0001'], 'cc': ['ventas@example.com', 'copy@example.org'], 'reply_to': ['no-reply@example.com'],
    'correo_gestor': ['raul.mena@example.com'], 'bcc': ['archive@example.com'],
}
