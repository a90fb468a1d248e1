//! The life of an order: which status may follow which, and what is refused when. Pure.

use crate::orders::wire::{Order, Status};

pub const DAY: i64 = 24 * 60 * 60 * 1000;
/// A delivered order may be returned for so long.
pub const RETURN_WINDOW: i64 = 7 * DAY;

/// A rule says no: the code for programs, the sentence for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusal {
    pub code: &'static str,
    pub message: &'static str,
}

const fn refuse(code: &'static str, message: &'static str) -> Result<(), Refusal> {
    Err(Refusal { code, message })
}

const PACKED: Result<(), Refusal> =
    refuse("order_packed", "The parcel is packed already and can no longer be changed.");
const SHIPPED: Result<(), Refusal> = refuse("order_shipped", "The parcel has already left the warehouse.");

/// Statuses that may directly follow.
pub fn next(status: Status) -> &'static [Status] {
    match status {
        Status::Pending => &[Status::Paid, Status::Cancelled],
        Status::Paid => &[Status::Packed, Status::Cancelled],
        Status::Packed => &[Status::Shipped],
        Status::Shipped => &[Status::Delivered],
        Status::Delivered => &[Status::ReturnRequested],
        Status::ReturnRequested => &[Status::Refunded],
        Status::Cancelled | Status::Refunded => &[],
    }
}

pub fn may_change_address(order: &Order) -> Result<(), Refusal> {
    match order.status {
        Status::Pending | Status::Paid => Ok(()),
        Status::Packed => PACKED,
        Status::Shipped | Status::Delivered | Status::ReturnRequested | Status::Refunded => SHIPPED,
        Status::Cancelled => refuse("order_cancelled", "The order was cancelled."),
    }
}

pub fn may_cancel(order: &Order) -> Result<(), Refusal> {
    match order.status {
        Status::Pending | Status::Paid => Ok(()),
        Status::Packed => PACKED,
        Status::Shipped | Status::Delivered => SHIPPED,
        Status::Cancelled => refuse("not_cancellable", "The order was cancelled before."),
        Status::ReturnRequested | Status::Refunded => {
            refuse("not_cancellable", "A return was requested for the order; it cannot be cancelled.")
        }
    }
}

pub fn may_return(order: &Order, now: i64) -> Result<(), Refusal> {
    match order.status {
        Status::Delivered => match order.delivered_at {
            Some(at) if now - at <= RETURN_WINDOW => Ok(()),
            _ => refuse("return_window_over", "The order was delivered more than 7 days ago."),
        },
        Status::Pending | Status::Paid | Status::Packed | Status::Shipped => {
            refuse("not_delivered", "The order has not been delivered yet.")
        }
        Status::ReturnRequested => refuse("already_requested", "A return was requested for the order before."),
        Status::Cancelled | Status::Refunded => {
            refuse("not_returnable", "The order was cancelled or refunded; there is nothing to return.")
        }
    }
}

/// Moves that the warehouse and the carrier report; cancelling and returning have rules of their own.
pub fn may_move(order: &Order, to: Status) -> Result<(), Refusal> {
    let own_route = matches!(to, Status::Cancelled | Status::ReturnRequested);
    if !own_route && next(order.status).contains(&to) {
        Ok(())
    } else {
        refuse("wrong_status", "The order cannot go from its status to that one.")
    }
}
