// The icon of each type of rule.

import type { RuleType } from '@keytrail/shared/policy';
import {
  AppWindow,
  Clock,
  Gauge,
  Globe,
  Hourglass,
  type LucideIcon,
  MessageSquareText,
  Network,
  TextCursorInput,
  UserCheck,
} from 'lucide-react';

export const ruleIcons: Record<RuleType, LucideIcon> = {
  time_window: Clock,
  rate_limit: Gauge,
  ip_allowlist: Network,
  client: AppWindow,
  max_uses: Hourglass,
  reason: MessageSquareText,
  approval: UserCheck,
  fields: TextCursorInput,
  site: Globe,
};
