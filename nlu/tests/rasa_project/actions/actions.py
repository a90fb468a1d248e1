class ActionInvoice: pass
