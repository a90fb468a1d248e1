import type { Table } from "./index";

export const orders = {
  "status.pending": ["待付款", "Awaiting payment"],
  "status.paid": ["已付款", "Paid"],
  "status.packed": ["已打包", "Packed"],
  "status.shipped": ["运输中", "Shipped"],
  "status.delivered": ["已签收", "Delivered"],
  "status.cancelled": ["已取消", "Cancelled"],
  "status.return_requested": ["退货处理中", "Return requested"],
  "status.refunded": ["已退款", "Refunded"],
  "kind.return": ["退货", "Return"],
  "kind.exchange": ["换货", "Exchange"],
  "kind.refund": ["退款", "Refund"],
  "tier.standard": ["普通会员", "Standard"],
  "tier.silver": ["银卡会员", "Silver"],
  "tier.gold": ["金卡会员", "Gold"],
  "tier.vip": ["VIP", "VIP"],
} as const satisfies Table;
