//! A row of the table of territories: chosen, folded, dragged into another group, and its menu.

use egui::{Align2, Color32, CursorIcon, EventFilter, FontId, Id, Key, Order, Rect, Response, Sense, Ui, Vec2, vec2};

use super::tree::Row;
use super::widgets::{cell_text, icon_button, swatch};
use crate::action::{Action, Command};
use crate::domain::edit::Edit;
use crate::domain::hierarchy::Member;
use crate::domain::ids::GroupId;
use crate::domain::palette::PALETTE;
use crate::session::Session;
use crate::theme::Tokens;

/// How far a row stands in for each group it is in.
const INDENT: f32 = 18.0;

/// The background of a row and everything the pointer and the keys do with it.
pub fn show(ui: &mut Ui, session: &Session, row: &Row, active: Option<Member>, actions: &mut Vec<Action>) {
    let tokens = Tokens::of(ui);
    let rect = ui.max_rect();
    let sense = if row.member.is_some() { Sense::click_and_drag() } else { Sense::click() };
    let response = ui.interact(rect, ui.scope_id().with(("row", row.member)), sense);
    let is_active = row.member.is_some() && row.member == active;
    response.widget_info(|| egui::WidgetInfo::selected(egui::Role::ListItem, true, is_active, row.spoken()));
    if is_active {
        ui.painter().rect_filled(rect, 0.0, tokens.selected);
    } else if response.hovered() {
        ui.painter().rect_filled(rect, 0.0, tokens.hover);
    } else if row.fold_id().is_some() {
        ui.painter().rect_filled(rect, 0.0, tokens.subtle);
    }
    if response.has_focus() {
        ui.painter().rect_stroke(rect, 0.0, egui::Stroke::new(1.0, tokens.accent), egui::StrokeKind::Inside);
    }
    if response.clicked() || response.secondary_clicked() {
        actions.extend(select(row));
    }
    if response.double_clicked() {
        match row.member {
            Some(Member::Territory(id)) => actions.push(Action::FitTerritory(id)),
            Some(Member::Group(id)) => actions.push(Action::FitGroup(id)),
            None => {}
        }
    }
    if session.read_only_words().is_none() && !session.shows_trial() {
        drag_and_drop(ui, session, row, &response, actions);
    }
    if response.has_focus() {
        keys(ui, row, &response, actions);
    }
    if let Some(member) = row.member {
        response.context_menu(|ui| menu(ui, session, member, actions));
    }
}

/// The first cell: how deep it is, the arrow that folds it, colour, name, padlock.
pub fn name_cell(ui: &mut Ui, rect: Rect, row: &Row, actions: &mut Vec<Action>) {
    let tokens = Tokens::of(ui);
    let mut text = rect;
    text.min.x += f32::from(row.depth) * INDENT;
    if let (Some(open), Some(group)) = (row.unfolded, row.fold_id()) {
        let place = Rect::from_center_size(text.left_center() + vec2(4.0, 0.0), Vec2::splat(22.0));
        let mut over = ui.new_child(egui::UiBuilder::new().max_rect(place).id_salt(("fold", group)));
        use egui_material_icons::icons::{ICON_CHEVRON_RIGHT, ICON_KEYBOARD_ARROW_DOWN};
        let (icon, verb) = if open { (ICON_KEYBOARD_ARROW_DOWN, "Fold") } else { (ICON_CHEVRON_RIGHT, "Unfold") };
        over.spacing_mut().button_padding = Vec2::ZERO;
        if icon_button(&mut over, icon, &format!("{verb} {}", row.spoken()), 14.0).clicked() {
            actions.push(Action::Fold { group, folded: open });
        }
        text.min.x += INDENT;
    } else if row.depth > 0 {
        // Where the arrow of a group would be.
        text.min.x += INDENT;
    }
    if let Some([r, g, b]) = row.colour {
        let swatch = Rect::from_center_size(text.left_center() + vec2(6.0, 0.0), vec2(12.0, 12.0));
        // A group is a disc, a territory a square.
        let radius = if row.unfolded.is_some() { 6.0 } else { 3.0 };
        ui.painter().rect_filled(swatch, radius, Color32::from_rgb(r, g, b));
        text.min.x += 20.0;
    }
    if row.locked {
        text.max.x -= 18.0;
        let icon = egui_material_icons::icons::ICON_LOCK;
        let font = FontId::proportional(14.0);
        ui.painter().text(rect.right_center(), Align2::RIGHT_CENTER, icon.codepoint, font, tokens.weak);
    }
    let colour = if row.member.is_some() { tokens.text } else { tokens.weak };
    cell_text(ui, text, &row.name, colour, false, row.member.is_some());
}

fn select(row: &Row) -> Option<Action> {
    match row.member? {
        Member::Territory(id) => Some(Action::SelectTerritory(Some(id))),
        Member::Group(id) => Some(Action::SelectGroup(Some(id))),
    }
}

/// What is dropped here goes into this group, beside this territory, or out of every group.
fn drag_and_drop(ui: &Ui, session: &Session, row: &Row, response: &Response, actions: &mut Vec<Action>) {
    if session.plan().hierarchy().levels().is_empty() {
        return;
    }
    if let Some(member) = row.member {
        response.dnd_set_drag_payload(member);
    }
    let Some(member) = response.dnd_hover_payload::<Member>().map(|member| *member) else { return };
    if row.member == Some(member) {
        return;
    }
    let to = target(session, row, member);
    let plan = session.plan();
    let tokens = Tokens::of(ui);
    let moves = plan.parent_of(member) != to && Some(member) != to.map(Member::Group);
    let keeper = plan.keeper_of(member).map(str::to_owned);
    let lock = plan.hierarchy().upwards(to).find(|(_, group)| group.locked).map(|(_, group)| group.name.clone());
    let name = plan.member_name(member);
    let words = match (keeper.or(lock), to) {
        _ if !moves => None,
        (Some(locked), _) => Some(format!("{locked} is locked")),
        (None, Some(_)) => Some(format!("{name} to {}", plan.group_name(to))),
        (None, None) => Some(format!("{name} out of its {}", session.level_words(Some(0)))),
    };
    if let Some(words) = words {
        let painter = ui.painter();
        painter.rect_stroke(
            response.rect.shrink(1.0),
            2.0,
            egui::Stroke::new(2.0, tokens.accent),
            egui::StrokeKind::Inside,
        );
        beside_pointer(ui, &words);
        ui.ctx().set_cursor_icon(CursorIcon::Grabbing);
    }
    if let Some(member) = response.dnd_release_payload::<Member>()
        && moves
    {
        actions.push(Action::MoveInto { members: vec![*member], to });
    }
}

/// The group that something dropped on a row goes into: the row's, or the first above it that may hold it.
fn target(session: &Session, row: &Row, member: Member) -> Option<GroupId> {
    let hierarchy = session.plan().hierarchy();
    let from = match row.member? {
        Member::Group(id) => Some(id),
        Member::Territory(id) => session.plan().territory(id)?.parent,
    };
    match member {
        Member::Territory(_) => from,
        Member::Group(id) => {
            let level = hierarchy.group(id)?.level;
            hierarchy.upwards(from).find(|(_, group)| group.level > level).map(|(id, _)| id)
        }
    }
}

fn beside_pointer(ui: &Ui, words: &str) {
    let Some(at) = ui.input(|input| input.pointer.interact_pos()) else { return };
    let tokens = Tokens::of(ui);
    let painter = ui.ctx().layer_painter(egui::LayerId::new(Order::Tooltip, Id::unique("dragged row")));
    let galley = painter.layout_no_wrap(words.to_owned(), FontId::proportional(12.0), tokens.panel);
    let mut rect = Rect::from_min_size(at + vec2(14.0, 10.0), galley.size() + vec2(16.0, 8.0));
    let screen = ui.ctx().content_rect().shrink(4.0);
    rect = rect.translate(vec2((screen.right() - rect.right()).min(0.0), (screen.bottom() - rect.bottom()).min(0.0)));
    painter.rect_filled(rect, 4.0, tokens.text.gamma_multiply(0.92));
    painter.galley(rect.min + vec2(8.0, 4.0), galley, tokens.panel);
}

/// The keys of a row that has the keyboard: F2 renames, right and left unfold and fold.
fn keys(ui: &Ui, row: &Row, response: &Response, actions: &mut Vec<Action>) {
    if row.unfolded.is_some() {
        let filter = EventFilter { horizontal_arrows: true, ..EventFilter::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
    }
    let pressed = |key| ui.input(|input| input.key_pressed(key));
    if row.member.is_some() && pressed(Key::F2) {
        actions.extend(select(row));
        actions.push(Action::Run(Command::RenameTerritory));
    }
    if let (Some(open), Some(group)) = (row.unfolded, row.fold_id()) {
        if open && pressed(Key::ArrowLeft) {
            actions.push(Action::Fold { group, folded: true });
        }
        if !open && pressed(Key::ArrowRight) {
            actions.push(Action::Fold { group, folded: false });
        }
    }
}

fn menu(ui: &mut Ui, session: &Session, member: Member, actions: &mut Vec<Action>) {
    let can_edit = session.read_only_words().is_none() && !session.shows_trial();
    let command = |ui: &mut Ui, command: Command, actions: &mut Vec<Action>| {
        if ui.button(command.words()).clicked() {
            actions.push(Action::Run(command));
            ui.close();
        }
    };
    command(ui, Command::FitTerritory, actions);
    command(ui, Command::SelectUnitsOfTerritory, actions);
    if !can_edit {
        return;
    }
    ui.separator();
    command(ui, Command::RenameTerritory, actions);
    ui.menu_button("Colour", |ui| colours(ui, session, member, actions));
    command(ui, Command::LockTerritory, actions);
    let hierarchy = session.plan().hierarchy();
    if hierarchy.iter().next().is_some() {
        command(ui, Command::MoveToGroup, actions);
    }
    ui.separator();
    let new = |ui: &mut Ui, level: usize, parent: Option<GroupId>, members: Vec<Member>, actions: &mut Vec<Action>| {
        if ui.button(format!("New {}", session.level_words(Some(level)))).clicked() {
            actions.push(Action::NewGroup { level: level as u8, parent, members });
            ui.close();
        }
    };
    match member {
        Member::Territory(id) => {
            let parent = session.plan().territory(id).and_then(|territory| territory.parent);
            let parent = hierarchy.upwards(parent).find(|(_, group)| group.level > 0).map(|(id, _)| id);
            new(ui, 0, parent, vec![member], actions);
        }
        Member::Group(id) => {
            if let Some(group) = hierarchy.group(id) {
                for level in (0..usize::from(group.level)).rev() {
                    new(ui, level, Some(id), Vec::new(), actions);
                }
                new(ui, usize::from(group.level), group.parent, Vec::new(), actions);
                let above = usize::from(group.level) + 1;
                if above < hierarchy.levels().len() {
                    let parent = hierarchy.upwards(group.parent).find(|(_, parent)| usize::from(parent.level) > above);
                    new(ui, above, parent.map(|(id, _)| id), vec![member], actions);
                }
            }
        }
    }
    command(ui, Command::Levels, actions);
    ui.separator();
    command(ui, Command::RemoveTerritory, actions);
}

fn colours(ui: &mut Ui, session: &Session, member: Member, actions: &mut Vec<Action>) {
    ui.spacing_mut().item_spacing = Vec2::splat(4.0);
    for (line, colours) in PALETTE.chunks(4).enumerate() {
        ui.horizontal(|ui| {
            for (column, &colour) in colours.iter().enumerate() {
                let response = swatch(ui, colour, 22.0).interact(Sense::click());
                let name = format!("Colour {}", line * 4 + column + 1);
                response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &name));
                if response.clicked() {
                    actions.push(recoloured(session, member, colour));
                    ui.close();
                }
            }
        });
    }
}

/// Gives a territory or a group another colour.
pub fn recoloured(session: &Session, member: Member, colour: [u8; 3]) -> Action {
    match member {
        Member::Territory(id) => Action::RecolourTerritory { id, colour },
        Member::Group(id) => {
            let label = format!("Recoloured {}", session.plan().member_name(member));
            Action::Edit(Edit::alter_group(session.plan(), id, label, |group| group.colour = colour))
        }
    }
}
