/** @jsxImportSource preact */
// Drawn here so that the widget needs no icon font and no second request.
import type { ComponentChildren } from "preact";

function Icon({ children, size = 20 }: { children: ComponentChildren; size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.800" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
      {children}
    </svg>
  );
}

export const ChatIcon = () => <Icon size={27}><path d="M21 11.500a8.400 8.400 0 0 1-12.300 7.500L3.500 20.500l1.600-4.900A8.400 8.400 0 1 1 21 11.500z" /><path d="M8.500 10.200h7M8.500 13.600h4.500" /></Icon>;
export const CloseIcon = () => <Icon><path d="M6 6l12 12M18 6L6 18" /></Icon>;
export const DownIcon = () => <Icon size={24}><path d="M5.500 9l6.500 6.500L18.500 9" /></Icon>;
export const SendIcon = () => <Icon size={19}><path d="M12 19.500V5M5.500 11.300L12 4.800l6.500 6.500" /></Icon>;
export const BackIcon = () => <Icon><path d="M15 5l-7 7 7 7" /></Icon>;
export const BookIcon = () => <Icon size={14}><path d="M5 4.500h10.500A3.500 3.500 0 0 1 19 8v11.500H8.500A3.500 3.500 0 0 1 5 16z" /><path d="M9 9h6M9 12.500h4" /></Icon>;
export const PathIcon = () => <Icon size={14}><circle cx="6" cy="6" r="2.300" /><circle cx="18" cy="12" r="2.300" /><circle cx="6" cy="18" r="2.300" /><path d="M8.200 7.100l7.600 3.800M8.200 16.900l7.600-3.800" /></Icon>;
export const OutIcon = () => <Icon size={15}><path d="M14 4.500h5.500V10M19 5l-8.500 8.500M16.500 14v4.500a1 1 0 0 1-1 1h-10a1 1 0 0 1-1-1v-10a1 1 0 0 1 1-1H10" /></Icon>;
export const CheckIcon = () => <Icon size={18}><path d="M5 12.800l4.700 4.700L19.500 7" /></Icon>;
export const AlertIcon = () => <Icon size={14}><circle cx="12" cy="12" r="9" /><path d="M12 7.500v5.500M12 16.300v.2" /></Icon>;
export const StarIcon = ({ full }: { full: boolean }) => (
  <svg width="30" height="30" viewBox="0 0 24 24" fill={full ? "currentColor" : "none"} stroke="currentColor" stroke-width="1.500" stroke-linejoin="round" aria-hidden="true">
    <path d="M12 3.600l2.600 5.300 5.800.8-4.200 4.100 1 5.800-5.200-2.700-5.200 2.700 1-5.800-4.200-4.100 5.800-.8z" />
  </svg>
);
export const BotFace = () => (
  <svg width="18" height="18" viewBox="5 5 22 22" aria-hidden="true"><path d="M6 19.500h20l-3.400 5.200a2 2 0 0 1-1.700.9h-9.800a2 2 0 0 1-1.700-.9zM15 6.500v10.800H7.800zM17 9v8.300h6.200z" fill="currentColor" /></svg>
);
