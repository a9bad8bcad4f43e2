# Words of the packer's screen, English. Keys are a closed list; `{ $name }` is filled by the station.
# Latin letters only (ISO 8859-1): the screen's fonts have no others. Headlines: five big words at most.

# The way through one parcel.
scan_order = Scan an order
place_parcel = Put the parcel on the scale
wait_still = Hold still
printing = Printing { $carrier }
scan_label = Scan the label
done = Done
empty_scale = Empty the scale

# Which day it is.
date_words = { $weekday ->
     [1] Monday
     [2] Tuesday
     [3] Wednesday
     [4] Thursday
     [5] Friday
     [6] Saturday
    *[7] Sunday
 } { $day } { $month ->
     [1] January
     [2] February
     [3] March
     [4] April
     [5] May
     [6] June
     [7] July
     [8] August
     [9] September
     [10] October
     [11] November
    *[12] December
 } { $year }
date_ask = Is today { $date }?
date_answer = Yes: scan DATEOK. No: set the clock
date_supervisor = Supervisor: is today { $date }?
date_taken = Today is { $date }
date_held = Clock went back. Labels say { $date }
clock_wrong = Clock is wrong: { $date }
clock_how = Connect the network, or set the clock
clock_for_hub = Not sent: is today { $date }?

# What a scan found.
order_unknown = No order { $code }
order_key_gone = Import order { $order } again
order_many = { $code }: more than one order
order_which = { $list }. Scan its package or label
order_hold = On hold. Put it aside
order_cancelled = Cancelled. Do not ship
order_changed = Order changed. VOID it, pack it again
item_blocked = Must not be sent: { $sku }. Put it aside
parcel_blocked = Must not be sent. Unpack it
order_done = Packed already: { $tracking }

# What was said of an order after its parcel was begun, and the scan that gets out of it.
take_out = Take out { $list }
take_out_how = Scan each label: it says what to do
too_late = Too late, it has gone: { $tracking }
out_void = { $tracking }: scan VOID
out_hold = { $tracking }: scan HOLD
out_cancel = Or leave it: scan CANCEL
out_leave = { $tracking }: scan HOLD, it stays here
leave_how = Driver refuses it? Scan HOLD
stays_here = It stays here
gone_already = The driver has it already
parcel_copied = Number may be used twice. Do not ship
station_copied = Numbers are locked. Tell your supervisor
no_room = Disk nearly full: no new parcels. Tell your supervisor
no_mark = Copies are not noticed. Tell your supervisor
no_backup = No backup was made. Tell your supervisor
copied_no_numbers = Numbers are locked. Put it aside
pools_none = No number pool waits
pools_started = { $count } number pools go on
orders_refused = { $count } orders refused: { $order }
no_new_orders = No new orders: { $reason }
wrong_label = Wrong label
finish_first = Finish { $order } first
label_spoiled = Old label. Destroy it, wait for the new one
old_label = Old label. Destroy it. Use the one with R{ $attempt }
use_newest = Use the one with R{ $attempt }. Destroy the old one
scan_bars = Scan the long barcode
cancel_or_void = It has a number. HOLD it or VOID it
language_set = English
outcomes_learned = Learned of { $learned } parcels ({ $known } known, { $unknown } not ours)
pool_started = { $carrier }: numbers from { $next }
pool_unknown = No number pool { $carrier } { $pool } for this station
pool_refused = Pool { $pool }: only { $range } can be next
parcel_shown = { $tracking }: { $state }
bad_scan = Cannot read that. Scan again
bad_command = Damaged command barcode
not_here = That means nothing now
return_which = What came back? Scan its label, then RETURN
returned = It came back. Put it with the returns
return_refused = It has not gone out. To stop it, scan VOID
unknown_box = No box { $id }
unknown_carrier = No carrier { $carrier }
unknown_language = No language { $language }

# No carrier, no number, no label.
no_carrier = No carrier takes it
refusal = { $service }: { $reason }
no_numbers = No numbers left: { $carrier }
label_refused = No label: { $reason }
label_used = Label used before. Get a new one
label_doubt = Is a label ending { $ending } in your hand? Scan it
label_none = No label? Scan REPRINT
printer_blocked = Printer stopped
cannot_record = Stop. Cannot save. Nothing is lost
database_stop = Stop. Database damaged
database_damaged = Database damaged: restore a backup, best on a new card

# Commands and their answers.
reprinted = Printed again
reprinted_unmarked = Printed again. Destroy the old one
reprint_refused = No reprint
printed_by_itself = No label came out. Printing it again
reprint_most = { $count } labels printed. VOID it, pack it again
unknown_reason = No such reason: { $reason }
supervisor_needed = Supervisor: scan your badge
supervisor_missing = Supervisors only, and none is set up. VOID it
not_supervisor = { $operator } is no supervisor
badges_rest = Too many wrong badges. Wait a minute
mark_wanted = Stick { $mark } on, scan its code
mark_first = First stick { $mark } on, scan its code
mark_on = { $mark } is on
mark_other = Wrong sticker. It needs { $mark }
mark_unneeded = It needs no sticker { $mark }
scale_key = Wait for the scale
zeroed = Scale is at zero
tared = Packing is not weighed
scale_refused = Scale refused: { $reason }
box_set = Box { $id }
held = Put aside
resumed = Goes on
cancelled = Cancelled
answer_yes_no = Yes: scan OK. No: scan CANCEL
answer_badge = Yes: scan your badge. No: scan CANCEL
answer_no = No: scan CANCEL
not_done = Nothing was done
void_which = Void what? Scan its order
confirm_void = Void it?
voided = Void. Destroy the label
void_refused = Too late to void
confirm_manifest = Close { $carrier }, { $count } parcels?
manifest_closed = { $carrier } closed: { $count }
manifest_empty = No parcels for { $carrier }
slip_again = { $carrier }: slip again. Look at the receipt printer
confirm_handover = Hand over { $carrier }?
handed_over = { $carrier } took { $count }
handover_empty = Close the { $carrier } manifest first
outage_on = { $carrier } left out
outage_off = { $carrier } is back
welcome = Hello { $operator }
logged_out = Logged out
help = Scan an order. CANCEL leaves, HOLD puts aside, REPRINT prints again

# Devices.
weight_over = Too heavy for the scale
weight_negative = Below zero. Empty the scale, scan ZERO
scale_absent = Scale is not connected
scale_silent = Scale is asleep. Press its ON key
scale_nonsense = Scale answers nonsense. Check its settings
scale_unit = Scale shows a wrong unit. Set it back
scale_fault = Scale needs help. Look at its display
panel_absent = Display is not connected
cards_wrong = Wrong price lists. The old ones are used
scanner_absent = Scanner { $name } is not connected
device_floods = { $name } never stops sending. Check it
printer_absent = Printer is not connected
printer_denied = Printer is locked. Tell your supervisor
printer_paper_out = Printer: out of labels
printer_head_open = Printer: close the lid
printer_jam = Printer: clear the jam
printer_offline = Printer is offline. Press its ONLINE key
printer_ribbon_out = Printer: out of ribbon
printer_paused = Printer: press PAUSE
printer_silent = Look at the printer: labels? lid?
printer_nonsense = Printer answers nonsense. Check its settings
printer_busy = Printer is busy
printer_asked = Asking the printer. Wait
printer_other = Printer needs help. Look at its display
uplink_stopped = Upload stopped: { $reason }
not_sent = Not sent for { $days } days: tell a supervisor

# The bar at the bottom.
stopped = Station stopped
stopped_off = It was switched off
stopped_start = To start it: systemctl start parceld
stopped_correct = Correct it, then: systemctl restart parceld
stopped_again = It starts again by itself
link_none = No uplink
link_up = Online
link_down = Offline
link_stopped = Stopped
queue = { $count } to send
packed = { $count } packed

# What a place named `state` says.
state_open = open
state_weighed = weighed
state_committed = label ordered
state_printing = printing
state_sent = at the printer
state_printed = printed
state_print_uncertain = label in doubt
state_verified = packed
state_attested = packed
state_manifested = on a manifest
state_confirmed = confirmed
state_held = put aside
state_voided = void

# Bags, cages, and papers that wait.
done_bag = Done. Into bag { $bag }
done_loose = Done. Not into a bag
bag_opened = Bag { $bag }: pack its first parcel
bag_waits = Bag { $bag } is open and empty
bag_closed = Bag { $bag } closed: { $count }. Stick its label on
bag_empty = Bag { $bag } was empty
bag_again = Bag { $bag }: label again
bag_none = No bag is open
bag_which = Which bag? Scan a label in it, then BAGCLOSE
bag_shown = Bag { $bag }: { $count } parcels
pallet_opened = Pallet { $pallet }: scan its first bag
pallet_waits = Pallet { $pallet } is open and empty
bag_on_pallet = Bag { $bag } is on { $pallet }: { $count }
pallet_other = Bag { $bag } belongs on another pallet
pallet_late = Bag { $bag } is on a manifest already
pallet_closed = Pallet { $pallet } closed: { $count }. Stick its label on
pallet_empty = Pallet { $pallet } was empty
pallet_again = Pallet { $pallet }: label again
pallet_none = No pallet is open
pallet_which = Which pallet? Scan a bag on it, then PALLETCLOSE
pallet_shown = Pallet { $pallet }: { $count } bags
voided_bag = Void. Out of bag { $bag }. Destroy the label
caged = Cage { $cage }
on_paper = Look at the receipt printer
no_receipts = No receipt printer here
receipt_waits = Receipt printer: look at it
bag_label_waits = A bag label waits for the printer
no_sscc = No SSCC numbers. Tell your supervisor

# The page of the demo: what is next, its words and its buttons.
next_wait = The station works. One moment
next_take_out = Take { $tracking } out: scan its label
next_mend_scale = Make the scale work again
next_mend_printer = Make the printer work again
next_yes = Say yes: scan OK
next_came_back = { $tracking } came back: scan its label
next_nothing = Nothing is left to do
next_help = A supervisor must help: see the screen
page_next = Next
page_scanner = Scanner
page_code = Any other code
page_scan = Scan
page_scale = Scale
page_put = Put this parcel on
page_lift = Take it off
page_or_put = or put
page_put_grams = Put
page_printer = Printer
page_scan_label = Scan this label
page_no_label = Nothing printed yet
page_break = Break it
page_works = Works
page_no_paper = No paper
page_lid_open = Lid open
page_off = Off
page_silent = Silent
page_commands = Command barcodes
page_cable = Network cable
page_to_pack = to pack
page_ready = ready
page_in_hand = in hand
page_on_hold = on hold
page_cancelled = cancelled
page_supplied = supplied
page_battery = battery
page_return = return
page_cancel = cancel
page_orders = Orders
page_drop = Drop a file of orders here: CSV, Excel or JSON
page_pick = Choose a file
page_try = Only try it
page_shop = Shop, where the file names none
reach_none = No uplink
reach_up = Online
reach_down = Offline
reach_stopped = Upload stopped
page_reading = Reading
page_new = new
page_changed = changed
page_unchanged = unchanged
page_older = older
page_conflict = in conflict
page_refused = refused
page_rejects = Save the refused rows
page_no_order = There is no order in it
page_row = row

# The page: its headings, and what it says of itself. The page fills the places, so no word here depends on a count.
page_demo = demo
page_virtual = virtual devices
page_lost = The station does not answer. This page tries again by itself.
page_silent_station = The station does not answer.
page_answered = The station answered { $status }.
page_unread = The station does not answer, or the file cannot be read.
page_too_large = it is larger than 64 MiB; split it
page_screen = The packer's screen
page_problems = Problems
page_bench = The bench
page_to_scan = Orders to scan
page_records = Records
page_order = Order
page_weight = Weight
page_service = Service
page_tracking = Tracking
page_price = Price
page_state = State
page_moving = moving
page_parcels = Parcels
page_outbox = Outbox
page_manifests = Manifests
page_labels = Labels
page_find_what = Find an order or tracking number
page_find = Find
page_found = Found for { $text }: { $count }
page_found_more = The newest { $count } found for { $text }: type more of the number
page_none_found = No number begins so.
page_newest_parcels = The newest { $shown } of { $all } parcels. Find shows the others.
page_newest_manifests = The newest { $shown } of { $all } manifests. parceld manifest list shows the others.
page_newest_events = The newest { $shown } of { $all } events are shown
page_day_closed = { $day }: packed { $count }
page_day_others = voided { $voids }, put aside { $held }, printed again { $reprints }
page_here_now = here now: { $list }
page_nothing = nothing
page_times = times are of { $zone }
page_no_parcel = No parcel yet. The first one appears when its weight is taken.
page_why = Parcel { $number }: why this carrier
page_parcel = Parcel { $number }
page_undecided = Nothing is decided before the parcel is weighed.
page_no_service = No service takes this parcel.
page_chosen_cheapest = Chosen: cheapest of { $count } that take it
page_chosen_of = Chosen: 1 of { $count } that take it
page_chosen_only = Chosen: the only one that takes it
page_also = Also possible
page_not_possible = Not possible: { $count }
page_zone = zone { $zone }
page_billed = billed as { $weight } ({ $basis })
page_prints = Prints: { $count }
page_history = History: { $count }
page_waits_here = Waits here
page_arrived = Arrived at the receiver
page_waiting = Waiting: { $count }. Confirmed up to { $confirmed }
page_nothing_waits = Nothing waits. Confirmed up to { $confirmed }
page_stored = Stored up to { $head }, confirmed up to { $confirmed }
page_manifest = Manifest
page_carrier = Carrier
page_ship_date = Ship date
page_no_manifest = No manifest yet. Closing one takes every packed parcel of its carrier.
page_label = Label { $name }
page_labels_empty = Labels appear here as the printer draws them.
page_printer_got = what the printer got
page_import_again = to be imported again

# What the page calls each fact of a history, and each event that goes to the hub.
fact_parcel_opened = Order scanned
fact_box_chosen = Carton chosen
fact_weighed = Weighed
fact_decided = Carriers compared
fact_committed = Carrier chosen, number taken
fact_print_started = Printing begun
fact_print_sent = Sent to the printer
fact_print_confirmed = Label came out
fact_print_aborted = Not printed
fact_print_doubted = Label in doubt
fact_print_spoiled = Label not usable
fact_reopened = Taken up again for a new label
fact_marked = Sticker is on
fact_verified = Label scanned: packed
fact_attested = Packed: the printer proved it
fact_voided = Voided
fact_held = Put aside
fact_resumed = Taken up again
fact_intercepted = To be taken out
fact_released = Free to go again
fact_left_out = Stayed here at the handover
fact_order_refused = Order refused
fact_copied = Copy of the database noticed
fact_copy_settled = The copy goes on
fact_bag_opened = Bag or pallet opened
fact_palleted = Bag laid on a pallet
fact_bagged = Put into a bag
fact_bag_closed = Bag or pallet closed
fact_caged = Put into a cage
fact_manifest_closed = Put on a manifest
fact_manifest_handed_over = Handed over to the driver
fact_manifest_confirmed = Manifest confirmed
fact_pool_started = Number pool started
fact_outage_set = Carrier left out, or back
fact_ended = Outcome learned
fact_returned = Came back
fact_volume_stated = Parcels of other stations stated
fact_clock_believed = Clock believed
fact_clock_doubted = Clock doubted
fact_operator_changed = Somebody signed in or out
fact_language_changed = Language changed
event_parcel_committed = Number taken
event_parcel_verified = Packed
event_parcel_attested = Packed
event_parcel_voided = Voided
event_parcel_held = Put aside
event_container_closed = Bag or pallet closed
event_manifest_closed = Manifest closed
event_manifest_handed_over = Handed over
event_return_received = Came back
event_parcel_intercepted = To be taken out
event_parcel_released = Free to go again
event_parcel_left_out = Stayed here
event_order_refused = Order refused
event_station_copied = Copy noticed
event_tombstone = Refused by the hub

# What the page calls other states: of manifests, events and parcels that have gone, and of prints.
state_closed = closed
state_handed_over = handed over
state_waiting = waiting
state_delivered = delivered
state_returned = came back
state_lost = lost
state_damaged = damaged
state_complained = complaint
print_started = begun
print_sent = at the printer
print_printed = came out
print_doubt = in doubt
print_spoiled = not usable
print_verified = scanned

# What a weight is billed by, lines of a price, and the rules that speak against a service.
basis_actual = actual weight
basis_dimensional = dimensional weight
basis_cubic = cubic
basis_minimum = minimum weight
line_base = base
line_volume_discount = volume discount
line_fuel = fuel
line_rounding = rounding
rule_no_card = no prices
rule_currency = currency
rule_origin = collects elsewhere
rule_zone = not served
rule_dg = dangerous goods
rule_signature = signature
rule_terms = duties
rule_amount_currency = currency of an amount
rule_dims_needed = size not known
rule_no_weight = no weight
rule_no_price = no price
rule_fuel = fuel table
rule_overflow = number too large
rule_insurance = insurance
rule_cod = cash on delivery
rule_pod = proof of delivery
rule_appointment = appointment
rule_weekend = weekend
rule_outage = switched off
rule_numbers = no numbers left
rule_cap = has its share
rule_share = on trial
rule_trial = trial waits
rule_trial_stopped = trial stopped
rule_max_weight = too heavy
rule_max_longest = too long
rule_max_second = too wide
rule_max_length_plus_girth = too large around
rule_max_sum_of_sides = too large
rule_max_volume = too bulky
rule_max_value = value too high
rule_max_insured = insured too high
rule_max_cod = amount to collect too high

# On paper: manifest slips, bag labels, shift summaries, command sheets.
paper_manifest = MANIFEST
paper_wave = Wave { $wave }
paper_ship_date = Ship date
paper_closed = Closed
paper_closed_by = Closed by
paper_parcels = Parcels
paper_bags = Bags
paper_weight = Weight
paper_services = Services
paper_containers = Bags, pallets, cages
paper_bag_line = Bag { $container }
paper_cage_line = Cage { $container }
paper_pallet_line = Pallet { $container }
paper_loose = Loose
paper_tracking = Tracking number
paper_order = Order
paper_in = In
paper_driver = Handed over to the driver
paper_counted = Parcels counted
paper_name = Name
paper_vehicle = Vehicle
paper_time = Date and time
paper_signature = Signature
paper_record = Record { $hash }
paper_page = Page { $page } of { $pages }
paper_bag = BAG
paper_pallet = PALLET
paper_shift = SHIFT
paper_day = Day
paper_operator = Operator { $operator }
paper_nobody = Nobody signed in
paper_nothing = Nothing was done
paper_first = First parcel
paper_last = Last parcel
paper_voids = Voided
paper_reprints = Labels printed again
paper_held = Put aside
paper_written = Printed
paper_sheet = COMMANDS
paper_sheet_help = Scan a code to say it. 2x: scan it twice, within ten seconds
paper_group_parcel = Parcel
paper_group_boxes = Boxes
paper_group_marks = Stickers
paper_group_bags = Bags and pallets
paper_group_carriers = Carriers
paper_group_station = Station
paper_group_more = More

# What the command sheet calls each command, and the reasons it offers.
do_ok = Yes
do_cancel = No, or leave this order
do_nextparcel = Another parcel of this order
do_reweigh = Take the weight now
do_zero = Zero the scale
do_tare = Do not weigh what lies there
do_box = Box { $id }
do_reprint = Print the label again
do_reprint_for = Print the label again: { $reason }
do_void = Void: it must not travel
do_hold = Put it aside
do_problem = Problem: { $reason }
do_markok = Mark { $mark } is on it
do_cage = Into cage { $cage }
do_bagopen = Open a bag
do_bagclose = Close the bag
do_palletopen = Open a pallet
do_palletclose = Close the pallet
do_manifest = { $carrier }: close the manifest
do_handover = { $carrier }: has taken it all
do_outage = { $carrier }: does not come, or is back
do_return = The parcel just scanned came back
do_help = What can I do here?
do_logout = Sign out
do_badge = I am { $operator }
do_dateok = The date on the screen is right
do_shift = Print my shift
do_sheet = Print this sheet
problem_damaged = damaged
problem_short = something is missing
problem_wrong_item = wrong item
problem_address = address
