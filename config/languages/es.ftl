# Palabras de la pantalla de empaque, español. Las claves son una lista cerrada; la estación rellena `{ $name }`.
# Qué día es.
date_words = { $weekday ->
     [1] lunes
     [2] martes
     [3] miércoles
     [4] jueves
     [5] viernes
     [6] sábado
    *[7] domingo
 } { $day } de { $month ->
     [1] enero
     [2] febrero
     [3] marzo
     [4] abril
     [5] mayo
     [6] junio
     [7] julio
     [8] agosto
     [9] septiembre
     [10] octubre
     [11] noviembre
    *[12] diciembre
 } de { $year }
date_ask = ¿Hoy es { $date }?
date_answer = Sí: escanea DATEOK. No: pon la hora
date_supervisor = Supervisor: ¿hoy es { $date }?
date_taken = Hoy es { $date }
date_held = El reloj retrocedió. Etiquetas: { $date }
clock_wrong = Reloj mal: { $date }
clock_how = Conecta la red o pon el reloj en hora
clock_for_hub = No enviado: ¿hoy es { $date }?

# Solo letras latinas (ISO 8859-1): las fuentes de la pantalla no tienen otras.

scan_order = Escanee un pedido
place_parcel = Ponga el paquete en la báscula
wait_still = No lo mueva
printing = Imprimiendo { $carrier }
scan_label = Escanee la etiqueta
done = Listo
empty_scale = Vacíe la báscula

order_unknown = No hay pedido { $code }
order_key_gone = Importe otra vez el pedido { $order }
order_many = { $code }: más de un pedido
order_which = { $list }. Escanee su paquete o etiqueta
order_hold = Retenido. Apártelo
order_cancelled = Cancelado. No lo envíe
order_changed = El pedido cambió. VOID y empaque de nuevo
order_done = Ya empacado: { $tracking }

# Lo que se dijo de un pedido después de empezar su paquete, y el código que lo resuelve.
take_out = Saque { $list }
take_out_how = Escanee cada etiqueta: dice qué hacer
too_late = Tarde, ya salió: { $tracking }
out_void = { $tracking }: escanee VOID
out_hold = { $tracking }: escanee HOLD
out_cancel = O déjelo: escanee CANCEL
out_leave = { $tracking }: escanee HOLD, se queda
leave_how = ¿El chofer no lo acepta? Escanee HOLD
stays_here = Se queda aquí
gone_already = Ya lo tiene el chofer
parcel_copied = Número quizá usado dos veces. No lo envíe
station_copied = Números bloqueados. Avise al supervisor
no_room = Disco casi lleno: nada nuevo. Avise al supervisor
no_mark = No se notan las copias. Avise al supervisor
no_backup = No se hizo la copia. Avise al supervisor
copied_no_numbers = Números bloqueados. Apártelo
pools_none = Ningún grupo de números espera
pools_started = Siguen { $count } grupos de números
orders_refused = { $count } pedidos rechazados: { $order }
no_new_orders = Sin pedidos nuevos: { $reason }
wrong_label = Etiqueta equivocada
finish_first = Termine { $order } primero
label_spoiled = Etiqueta vieja. Destrúyala y espere la nueva
old_label = Etiqueta vieja. Destrúyala. Use la que dice R{ $attempt }
use_newest = Use la que dice R{ $attempt }. Destruya la vieja
scan_bars = Escanee el código largo
cancel_or_void = Ya tiene número. HOLD o VOID
language_set = Español
outcomes_learned = Se supo de { $learned } paquetes ({ $known } ya sabidos, { $unknown } ajenos)
pool_started = { $carrier }: números desde { $next }
pool_unknown = No hay lote de números { $carrier } { $pool } para esta estación
pool_refused = Lote { $pool }: solo sigue { $range }
parcel_shown = { $tracking }: { $state }
bad_scan = No se lee. Escanee otra vez
bad_command = Código de orden dañado
not_here = Eso no sirve ahora
return_which = ¿Qué volvió? Escanee su etiqueta y luego RETURN
returned = Volvió. Póngalo con las devoluciones
return_refused = No ha salido. Para pararlo, escanee VOID
unknown_box = No hay caja { $id }
unknown_carrier = No hay transportista { $carrier }
unknown_language = No hay idioma { $language }

no_carrier = Nadie lo transporta
refusal = { $service }: { $reason }
no_numbers = Sin números: { $carrier }
label_refused = Sin etiqueta: { $reason }
label_used = Etiqueta ya usada. Pida otra
label_doubt = ¿Tiene la etiqueta ..{ $ending }? Escanéela
label_none = ¿No hay? Escanee REPRINT
printer_blocked = Impresora parada
cannot_record = Alto. No se puede guardar. Nada se pierde
database_stop = Alto. Base de datos dañada
database_damaged = Base de datos dañada: restaure una copia, en otra tarjeta

reprinted = Impresa otra vez
reprinted_unmarked = Impresa otra vez. Destruya la vieja
reprint_refused = No se reimprime
printed_by_itself = No salió etiqueta. Se imprime otra vez
reprint_most = { $count } etiquetas impresas. VOID y empaque de nuevo
unknown_reason = No hay tal motivo: { $reason }
supervisor_needed = Supervisor: escanee su credencial
supervisor_missing = Solo supervisores, y no hay ninguno. VOID
not_supervisor = { $operator } no es supervisor
badges_rest = Demasiadas credenciales erróneas. Espere
mark_wanted = Pegue { $mark } y escanee su código
mark_first = Antes pegue { $mark } y escanee su código
mark_on = { $mark } está pegado
mark_other = Otra pegatina. Lleva { $mark }
mark_unneeded = No lleva la pegatina { $mark }
scale_key = Espere a la báscula
zeroed = Báscula en cero
tared = El embalaje no se pesa
scale_refused = La báscula rechaza: { $reason }
box_set = Caja { $id }
held = Apartado
resumed = Sigue
cancelled = Cancelado
answer_yes_no = Sí: escanee OK. No: escanee CANCEL
answer_badge = Sí: escanee su credencial. No: escanee CANCEL
answer_no = No: escanee CANCEL
not_done = No se hizo nada
void_which = ¿Anular qué? Escanee su pedido
confirm_void = ¿Anular?
voided = Anulada. Destruya la etiqueta
void_refused = Tarde para anular
confirm_manifest = ¿Cerrar { $carrier }, { $count } paquetes?
manifest_closed = { $carrier } cerrado: { $count }
manifest_empty = Sin paquetes para { $carrier }
slip_again = { $carrier }: otra vez el recibo. Mire la impresora de recibos
confirm_handover = ¿Entregar { $carrier }?
handed_over = { $carrier } recogió { $count }
handover_empty = Cierre antes el manifiesto { $carrier }
outage_on = { $carrier } excluido
outage_off = { $carrier } vuelve
welcome = Hola { $operator }
logged_out = Sesión cerrada
help = Escanee un pedido. CANCEL sale, HOLD aparta, REPRINT reimprime

weight_over = Demasiado peso para la báscula
weight_negative = Bajo cero. Vacíe la báscula, escanee ZERO
scale_absent = Báscula desconectada
scale_silent = Báscula dormida. Pulse su tecla ON
scale_nonsense = La báscula responde mal. Revise sus ajustes
scale_unit = La báscula muestra otra unidad. Cámbiela
scale_fault = Báscula: mire su pantalla
panel_absent = La pantalla no está conectada
cards_wrong = Tarifas con errores. Se usan las de antes
scanner_absent = Escáner { $name } desconectado
device_floods = { $name } no deja de enviar. Revíselo
printer_absent = Impresora desconectada
printer_denied = Impresora bloqueada. Avise al supervisor
printer_paper_out = Impresora: sin etiquetas
printer_head_open = Impresora: cierre la tapa
printer_jam = Impresora: quite el atasco
printer_offline = Impresora sin conexión. Pulse ONLINE
printer_ribbon_out = Impresora: sin cinta
printer_paused = Impresora: pulse PAUSE
printer_silent = Mire la impresora: ¿etiquetas? ¿tapa?
printer_nonsense = Impresora responde mal. Revise sus ajustes
printer_busy = Impresora ocupada
printer_asked = Consultando la impresora. Espere
printer_other = Impresora: mire su pantalla
uplink_stopped = Envío parado: { $reason }
not_sent = { $days } días sin enviar: avise al supervisor

stopped = Estación parada
stopped_off = Se ha apagado
stopped_start = Para arrancarla: systemctl start parceld
stopped_correct = Corríjalo y luego: systemctl restart parceld
stopped_again = Vuelve a arrancar sola
link_none = Sin enlace
link_up = En línea
link_down = Sin red
link_stopped = Parado
queue = { $count } por enviar
packed = { $count } listos

# Lo que dice un lugar llamado `state`.
state_open = abierto
state_weighed = pesado
state_committed = etiqueta pedida
state_printing = imprimiendo
state_sent = en la impresora
state_printed = impreso
state_print_uncertain = etiqueta en duda
state_verified = empacado
state_attested = empacado
state_manifested = en un manifiesto
state_confirmed = confirmado
state_held = apartado
state_voided = anulado

done_bag = Listo. A la bolsa { $bag }
done_loose = Listo. Fuera de las bolsas
bag_opened = Bolsa { $bag }: empaque el primero
bag_waits = La bolsa { $bag } está abierta y vacía
bag_closed = Bolsa { $bag } cerrada: { $count }. Pegue su etiqueta
bag_empty = La bolsa { $bag } estaba vacía
bag_again = Bolsa { $bag }: otra etiqueta
bag_none = No hay bolsa abierta
bag_which = ¿Qué bolsa? Escanee una etiqueta de ella, luego BAGCLOSE
bag_shown = Bolsa { $bag }: { $count } paquetes
pallet_opened = Palé { $pallet }: escanee su primera bolsa
pallet_waits = El palé { $pallet } está abierto y vacío
bag_on_pallet = Bolsa { $bag } en { $pallet }: { $count }
pallet_other = La bolsa { $bag } va en otro palé
pallet_late = La bolsa { $bag } ya está en un manifiesto
pallet_closed = Palé { $pallet } cerrado: { $count }. Pegue su etiqueta
pallet_empty = El palé { $pallet } estaba vacío
pallet_again = Palé { $pallet }: otra etiqueta
pallet_none = No hay palé abierto
pallet_which = ¿Qué palé? Escanee una bolsa y PALLETCLOSE
pallet_shown = Palé { $pallet }: { $count } bolsas
voided_bag = Anulada. Fuera de la bolsa { $bag }. Destruya la etiqueta
caged = Jaula { $cage }
on_paper = Mire la impresora de recibos
no_receipts = Aquí no hay impresora de recibos
receipt_waits = Impresora de recibos: revísela
bag_label_waits = Una etiqueta de bolsa espera la impresora
no_sscc = Sin números SSCC. Avise al supervisor

# La página de la demostración: qué sigue, sus palabras y sus botones.
next_wait = La estación trabaja. Un momento
next_take_out = Saque { $tracking }: escanee su etiqueta
next_mend_scale = Haga funcionar la báscula
next_mend_printer = Haga funcionar la impresora
next_yes = Diga que sí: escanee OK
next_came_back = { $tracking } volvió: escanee su etiqueta
next_nothing = No queda nada por hacer
next_help = Hace falta un supervisor: vea la pantalla
page_next = Sigue
page_scanner = Escáner
page_code = Otro código
page_scan = Escanear
page_scale = Báscula
page_put = Poner este paquete
page_lift = Quitarlo
page_or_put = o poner
page_put_grams = Poner
page_printer = Impresora
page_scan_label = Escanear esta etiqueta
page_no_label = Nada impreso todavía
page_break = Averiar
page_works = Funciona
page_no_paper = Sin papel
page_lid_open = Tapa abierta
page_off = Apagada
page_silent = Callada
page_commands = Códigos de órdenes
page_cable = Cable de red
page_to_pack = por empacar
page_ready = listos
page_in_hand = en mano
page_on_hold = retenido
page_cancelled = cancelado
page_supplied = etiquetado
page_battery = batería
page_return = devolución
page_cancel = cancelación
page_orders = Pedidos
page_drop = Suelte aquí un archivo de pedidos: CSV, Excel o JSON
page_pick = Elegir un archivo
page_try = Solo probar
page_shop = Tienda, si el archivo no la nombra
page_reading = Leyendo
page_new = nuevos
page_changed = cambiados
page_unchanged = sin cambios
page_older = anteriores
page_conflict = en conflicto
page_refused = rechazados
page_rejects = Guardar las filas rechazadas
page_no_order = No hay ningún pedido
page_row = fila

paper_manifest = MANIFIESTO
paper_wave = Salida { $wave }
paper_ship_date = Fecha de envío
paper_closed = Cerrado
paper_closed_by = Cerrado por
paper_parcels = Paquetes
paper_bags = Bolsas
paper_weight = Peso
paper_services = Servicios
paper_containers = Bolsas, palés, jaulas
paper_bag_line = Bolsa { $container }
paper_cage_line = Jaula { $container }
paper_pallet_line = Palé { $container }
paper_loose = Sueltos
paper_tracking = Número de guía
paper_order = Pedido
paper_in = En
paper_driver = Entregado al conductor
paper_counted = Paquetes contados
paper_name = Nombre
paper_vehicle = Vehículo
paper_time = Fecha y hora
paper_signature = Firma
paper_record = Registro { $hash }
paper_page = Página { $page } de { $pages }
paper_bag = BOLSA
paper_pallet = PALÉ
paper_shift = TURNO
paper_day = Día
paper_operator = Operador { $operator }
paper_nobody = Sin identificarse
paper_nothing = No se hizo nada
paper_first = Primer paquete
paper_last = Último paquete
paper_voids = Anulados
paper_reprints = Etiquetas reimpresas
paper_held = Apartados
paper_written = Impreso
paper_sheet = ÓRDENES
paper_sheet_help = Escanee un código para decirlo. 2x: escanéelo dos veces en diez segundos
paper_group_parcel = Paquete
paper_group_boxes = Cajas
paper_group_marks = Pegatinas
paper_group_bags = Bolsas y palés
paper_group_carriers = Transportistas
paper_group_station = Estación
paper_group_more = Más

do_ok = Sí
do_cancel = No, o dejar este pedido
do_nextparcel = Otro paquete de este pedido
do_reweigh = Tomar el peso ahora
do_zero = Báscula a cero
do_tare = No pesar lo que está puesto
do_box = Caja { $id }
do_reprint = Reimprimir la etiqueta
do_reprint_for = Reimprimir la etiqueta: { $reason }
do_void = Anular: no debe salir
do_hold = Apartarlo
do_problem = Problema: { $reason }
do_markok = Lleva la marca { $mark }
do_cage = A la jaula { $cage }
do_bagopen = Abrir una bolsa
do_bagclose = Cerrar la bolsa
do_palletopen = Abrir un palé
do_palletclose = Cerrar el palé
do_manifest = { $carrier }: cerrar el manifiesto
do_handover = { $carrier }: se llevó todo
do_outage = { $carrier }: no viene, o ya volvió
do_return = Volvió el paquete recién escaneado
do_help = ¿Qué puedo hacer aquí?
do_logout = Cerrar sesión
do_badge = Soy { $operator }
do_dateok = La fecha de la pantalla es correcta
do_shift = Imprimir mi turno
do_sheet = Imprimir esta hoja
problem_damaged = dañado
problem_short = falta algo
problem_wrong_item = artículo equivocado
problem_address = dirección
